//! One command, one event, and the `media:` scheme.

use engine::Engine;
use engine::api::{self, ApiError, Event, Topic};
use engine::media::{self, Body};
use serde_json::Value;
use std::io::Read;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{AppHandle, Emitter, Manager, Runtime, State, UriSchemeContext, UriSchemeResponder};
use tokio::sync::broadcast::error::RecvError;

/// Files are given to the page whole over this scheme up to this size; players use the stream server instead.
const WHOLE_AT_MOST: u64 = 64 << 20;

#[tauri::command]
pub async fn call(engine: State<'_, Engine>, name: String, body: Value) -> Result<Value, ApiError> {
    api::call(&engine, &name, body).await
}

/// Sends the engine's events to the page.
pub fn forward_events<R: Runtime>(app: &AppHandle<R>, engine: &Engine) {
    let (app, mut events) = (app.clone(), engine.events());
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                Ok(event) => {
                    let _ = app.emit("event", event);
                }
                // Events were missed: the page fetches everything again.
                Err(RecvError::Lagged(_)) => {
                    for topic in Topic::ALL {
                        let _ = app.emit("event", Event::Changed(topic));
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    });
}

/// Answers `media://localhost/<media path>`.
pub fn media<R: Runtime>(context: UriSchemeContext<'_, R>, request: Request<Vec<u8>>, responder: UriSchemeResponder) {
    let engine = context.app_handle().try_state::<Engine>().map(|engine| engine.inner().clone());
    // `convertFileSrc` encodes the path's slashes as well.
    let path = request.uri().path().replace("%2F", "/");
    tauri::async_runtime::spawn(async move {
        let found = match engine {
            Some(engine) => media::find(&engine, &path).await.ok(),
            None => None,
        };
        let answered = tauri::async_runtime::spawn_blocking(move || found.and_then(respond)).await.ok().flatten();
        responder.respond(answered.unwrap_or_else(not_found));
    });
}

fn respond(found: media::Found) -> Option<Response<Vec<u8>>> {
    let kept = found.cache_control();
    let bytes = match found.body {
        Body::Bytes(bytes) => bytes,
        Body::File { length, .. } if length > WHOLE_AT_MOST => return None,
        Body::File { content, .. } => {
            let mut bytes = Vec::new();
            content.take(WHOLE_AT_MOST).read_to_end(&mut bytes).ok()?;
            bytes
        }
    };
    Response::builder()
        .header(header::CONTENT_TYPE, found.mime)
        .header(header::CACHE_CONTROL, kept)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(bytes)
        .ok()
}

fn not_found() -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
