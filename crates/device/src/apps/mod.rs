//! Installed apps and their icons (`protocol.md` 2.6).

mod licensed;

use crate::stream::{Plists, Socket, dictionary, within};
use crate::{Error, Result};
pub(crate) use licensed::{App, icons_from, icons_over, installed};
use plist::{Dictionary, Value};
use std::time::Duration;

/// Listing with licences or sizes takes seconds to minutes on a full phone.
const LIST_PATIENCE: Duration = Duration::from_secs(180);
const ICON_PATIENCE: Duration = Duration::from_secs(10);
/// More apps fit on no phone.
const APPS: usize = 10_000;
/// Longest bundle identifier, name or version taken.
const TEXT: usize = 1 << 10;

/// Asks for these attributes of every app the person installed; `each` hears of one app at a time.
pub(crate) async fn browse(socket: Socket, attributes: &[&str], mut each: impl FnMut(Dictionary)) -> Result<()> {
    let doing = "listing apps";
    let attributes = attributes.iter().map(|name| Value::from(*name)).collect();
    let options = dictionary([("ApplicationType", "User".into()), ("ReturnAttributes", Value::Array(attributes))]);
    let request = dictionary([("Command", "Browse".into()), ("ClientOptions", Value::Dictionary(options))]);
    let mut plists = Plists { socket };
    within(LIST_PATIENCE, doing, async {
        plists.send(&Value::Dictionary(request), doing).await?;
        let mut heard = 0;
        loop {
            let mut page = plists.receive(doing).await?.into_dictionary().ok_or(Error::Unexpected { doing })?;
            if let Some(reason) = page.get("Error").and_then(Value::as_string) {
                return Err(refused("the list of its apps", reason));
            }
            let apps = page.remove("CurrentList").and_then(Value::into_array).unwrap_or_default();
            heard += apps.len().max(1);
            if heard > APPS {
                return Err(Error::Unexpected { doing });
            }
            apps.into_iter().filter_map(Value::into_dictionary).for_each(&mut each);
            if page.get("Status").and_then(Value::as_string) == Some("Complete") {
                return Ok(());
            }
        }
    })
    .await
}

/// A text of an app's entry; `None` when it is missing or beyond sense.
pub(crate) fn text(app: &mut Dictionary, key: &str) -> Option<String> {
    app.remove(key).and_then(Value::into_string).filter(|text| !text.is_empty() && text.len() <= TEXT)
}

/// An app's icon as PNG; `None` when the phone has none.
pub(crate) async fn icon_png(springboard: &mut Plists, bundle: &str) -> Result<Option<Vec<u8>>> {
    let doing = "reading app icons";
    let request = dictionary([("command", "getIconPNGData".into()), ("bundleId", bundle.into())]);
    within(ICON_PATIENCE, doing, async {
        springboard.send(&Value::Dictionary(request), doing).await?;
        let mut answer = springboard.receive(doing).await?.into_dictionary().ok_or(Error::Unexpected { doing })?;
        Ok(answer.remove("pngData").and_then(Value::into_data).filter(|png| !png.is_empty()))
    })
    .await
}

/// A service's own words, cut to a length that fits a report.
pub(crate) fn refused(request: &'static str, reason: &str) -> Error {
    Error::Service { request, reason: reason.chars().take(200).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn against(page: Dictionary) -> (Result<()>, usize) {
        let (near, far) = tokio::io::duplex(1 << 16);
        let mut phone = Plists { socket: far };
        let serving = tokio::spawn(async move {
            phone.receive("testing").await.unwrap();
            while phone.send(&Value::Dictionary(page.clone()), "testing").await.is_ok() {}
        });
        let mut heard = 0;
        let browsed = browse(Box::new(near), &["CFBundleIdentifier"], |_| heard += 1).await;
        serving.await.unwrap();
        (browsed, heard)
    }

    #[tokio::test]
    async fn a_list_without_end_is_given_up() {
        let app = Value::Dictionary(dictionary([("CFBundleIdentifier", "a".into())]));
        let page =
            dictionary([("Status", "BrowsingApplications".into()), ("CurrentList", Value::Array(vec![app; 500]))]);
        let (browsed, heard) = against(page).await;
        assert!(matches!(browsed, Err(Error::Unexpected { .. })));
        assert_eq!(heard, APPS);
        let (browsed, _) = against(dictionary([("Status", "Busy".into())])).await;
        assert!(matches!(browsed, Err(Error::Unexpected { .. })));
    }

    #[tokio::test]
    async fn a_refusal_keeps_its_words() {
        let (browsed, _) = against(dictionary([("Error", "APIInternalError".into())])).await;
        assert!(matches!(browsed, Err(Error::Service { reason, .. }) if reason == "APIInternalError"));
    }
}
