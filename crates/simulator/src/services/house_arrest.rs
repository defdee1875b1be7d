//! house_arrest: the shared documents of an app, over AFC.

use super::afc::{self, Tree};
use crate::contents::App;
use crate::device::Device;
use crate::stream::{Raw, dictionary, read_request, text, write_xml};
use std::io;
use std::sync::Arc;

pub(super) async fn serve(device: Arc<Device>, mut stream: Raw) -> io::Result<()> {
    let Some(request) = read_request(&mut stream).await? else { return Ok(()) };
    let id = text(&request, "Identifier").unwrap_or_default().to_string();
    let shares = device.contents().apps().iter().find(|app| app.bundle_id == id).map(App::shares_documents);
    let failure = match text(&request, "Command") {
        Some("VendDocuments") if shares == Some(true) => None,
        // Every app here comes from the App Store, and those keep their containers closed.
        Some("VendDocuments" | "VendContainer") if shares.is_some() => Some("InstallationLookupFailed"),
        Some("VendDocuments" | "VendContainer") => Some("ApplicationLookupFailed"),
        _ => Some("UnknownCommand"),
    };
    if let Some(failure) = failure {
        return write_xml(&mut stream, &dictionary([("Error", failure.into())]).into()).await;
    }
    let tree = {
        let device = device.clone();
        tokio::task::spawn_blocking(move || Tree::documents(device, &id)).await.map_err(io::Error::other)??
    };
    write_xml(&mut stream, &dictionary([("Status", "Complete".into())]).into()).await?;
    afc::serve(tree, device, stream).await
}
