//! Searching every version at once.

use crate::Engine;
use crate::api::browse::{SearchRequest, SearchResults};
use crate::api::{Result, blocking};

pub async fn find(engine: &Engine, asked: SearchRequest) -> Result<SearchResults> {
    let engine = engine.clone();
    blocking(move || crate::index::find(&engine, &asked.text, asked.udid.as_deref())).await
}
