//! A loopback HTTP server for media: WebKitGTK plays video and audio from no custom scheme.
//!
//! It listens on 127.0.0.1 only and answers only below a secret first path segment that is new at every start.

use crate::Engine;
use crate::api::{ApiError, Code, Result};
use crate::media::{self, Body as Content};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use std::io::{Read, SeekFrom};
use std::ops::Range;
use std::sync::OnceLock;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const CHUNK: usize = 256 << 10;

/// Where the server listens, once it does.
#[derive(Default)]
pub struct Address(OnceLock<String>);

impl Address {
    /// `http://127.0.0.1:PORT/SECRET/`.
    pub fn base(&self) -> Option<String> {
        self.0.get().cloned()
    }
}

/// Starts the server.
pub async fn serve(engine: &Engine) -> Result<()> {
    let failed = |error: std::io::Error| {
        ApiError::new(Code::Io, "The player's server could not start.").detail(error.to_string())
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    let secret = uuid::Uuid::new_v4().simple().to_string();
    let _ = engine.0.stream.0.set(format!("http://127.0.0.1:{port}/{secret}/"));
    let app = Router::new().nest(&format!("/{secret}"), router(engine.clone()));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, app).await {
            tracing::error!(%error, "the player's server stopped");
        }
    });
    Ok(())
}

/// Answers `GET /<media path>`, with ranges.
pub fn router(engine: Engine) -> Router {
    Router::new().fallback(answer).with_state(engine)
}

async fn answer(State(engine): State<Engine>, request: Request) -> Response {
    match media::find(&engine, request.uri().path()).await {
        Ok(found) => respond(found, request.headers()),
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &ApiError) -> Response {
    let mut response = Response::new(Body::from(error.message.clone()));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn respond(found: media::Found, headers: &HeaderMap) -> Response {
    let length = match &found.body {
        Content::Bytes(bytes) => bytes.len() as u64,
        Content::File { length, .. } => *length,
    };
    let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let (status, range) = match asked.map(|text| parse_range(text, length)) {
        None => (StatusCode::OK, 0..length),
        Some(Some(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(None) => return unsatisfiable(length),
    };
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, &found.mime)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CONTENT_LENGTH, range.end - range.start)
        .header(header::CACHE_CONTROL, found.cache_control())
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if status == StatusCode::PARTIAL_CONTENT {
        response = response
            .header(header::CONTENT_RANGE, format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1)));
    }
    let body = match found.body {
        Content::Bytes(bytes) => Body::from(Bytes::from(bytes).slice(range.start as usize..range.end as usize)),
        Content::File { content, .. } => stream(content, range),
    };
    response.body(body).unwrap_or_else(|_| Response::new(Body::empty()))
}

fn unsatisfiable(length: u64) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    if let Ok(value) = format!("bytes */{length}").parse() {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// The bytes one `Range` header asks for. An open end goes to the end of the file: GStreamer does not ask again.
fn parse_range(text: &str, length: u64) -> Option<Range<u64>> {
    let (from, to) = text.strip_prefix("bytes=")?.split(',').next()?.trim().split_once('-')?;
    let range = match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), Ok(to)) => from..to.saturating_add(1).min(length),
        (Ok(from), Err(_)) if to.is_empty() => from..length,
        (Err(_), Ok(last)) if from.is_empty() => length.saturating_sub(last)..length,
        _ => return None,
    };
    (range.start < range.end).then_some(range)
}

/// Reads on a thread of its own, a few blocks ahead of the player.
fn stream(mut content: Box<dyn backup::ReadSeek>, range: Range<u64>) -> Body {
    let (send, receive) = mpsc::channel::<std::io::Result<Bytes>>(4);
    tokio::task::spawn_blocking(move || {
        let mut left = range.end - range.start;
        if let Err(error) = content.seek(SeekFrom::Start(range.start)) {
            let _ = send.blocking_send(Err(error));
            return;
        }
        while left > 0 {
            let mut block = vec![0; left.min(CHUNK as u64) as usize];
            let read = match content.read(&mut block) {
                Ok(0) => return,
                Ok(read) => read,
                Err(error) => {
                    let _ = send.blocking_send(Err(error));
                    return;
                }
            };
            block.truncate(read);
            left -= read as u64;
            if send.blocking_send(Ok(block.into())).is_err() {
                return;
            }
        }
    });
    Body::from_stream(futures_util::stream::unfold(receive, |mut receive| async {
        receive.recv().await.map(|block| (block, receive))
    }))
}

#[cfg(test)]
mod tests {
    use super::parse_range;

    #[test]
    fn ranges_as_players_send_them() {
        assert_eq!(parse_range("bytes=0-", 100), Some(0..100));
        assert_eq!(parse_range("bytes=10-19", 100), Some(10..20));
        assert_eq!(parse_range("bytes=90-200", 100), Some(90..100));
        assert_eq!(parse_range("bytes=-5", 100), Some(95..100));
        assert_eq!(parse_range("bytes=100-", 100), None);
        assert_eq!(parse_range("bytes=5-2", 100), None);
        assert_eq!(parse_range("items=1-2", 100), None);
    }
}
