//! The same page as the window's, in any browser: serves `ui/dist` over the real engine on 127.0.0.1.
//!
//! For tests and for working on the UI; it has no password, so it never listens on another address.
//! `web-host [PORT]` prints the address it serves.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use engine::{Config, Engine};
use futures_util::Stream;
use serde_json::Value;
use std::convert::Infallible;
use std::path::PathBuf;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let engine = Engine::start(Config::for_this_user()).await.map_err(|error| error.message)?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    let app = Router::new()
        .route("/call/{name}", post(call))
        .route("/events", get(events))
        .nest_service("/media", engine::stream::router(engine.clone()))
        .fallback(page)
        .with_state(engine.clone());
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, app).with_graceful_shutdown(stop).await?;
    engine.stop().await;
    Ok(())
}

async fn call(State(engine): State<Engine>, Path(name): Path<String>, body: Option<Json<Value>>) -> Response {
    let body = body.map_or(Value::Null, |Json(body)| body);
    match engine::api::call(&engine, &name, body).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Json(error)).into_response(),
    }
}

async fn events(State(engine): State<Engine>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stream = futures_util::stream::unfold(engine.events(), |mut events| async move {
        loop {
            match events.recv().await {
                Ok(event) => return Event::default().json_data(&event).ok().map(|event| (Ok(event), events)),
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return None,
            }
        }
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

async fn page(request: axum::extract::Request) -> Response {
    let dist = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/dist"));
    let path = request.uri().path().trim_start_matches('/');
    let path = if path.is_empty() || path.split('/').any(|part| part == "..") { "index.html" } else { path };
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    // The window's own policy (tauri.conf.json), so that a page that would break it breaks here as well.
    let policy = "default-src 'self'; img-src 'self'; media-src http://127.0.0.1:*; style-src 'self' 'unsafe-inline'";
    match tokio::fs::read(dist.join(path)).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy)], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
