//! The apps on the phone, as ideviceinstaller and Heirloom list them.

use crate::backups::Client;
use crate::computer::Computer;
use crate::matrix::{Cell, proven};
use plist::Value;
use std::collections::BTreeMap;

#[tokio::test(flavor = "multi_thread")]
async fn ideviceinstaller_and_heirloom_list_the_same_apps() {
    let Some(computer) = Computer::new().await else { return };
    Client::Idevicebackup2.pair(&computer).await;
    let printed = computer.run("ideviceinstaller", &["-l", "-o", "list_user", "-o", "xml"]).await;
    let listed = Value::from_reader(std::io::Cursor::new(&printed)).ok().and_then(Value::into_array);
    let listed = listed.unwrap_or_else(|| panic!("no property list: {printed}"));
    let theirs: BTreeMap<String, String> = listed.iter().map(named).collect();
    let expected = computer.phone().expected().apps;
    assert_eq!(
        theirs.keys().collect::<Vec<_>>(),
        expected.iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    );
    proven(Client::Idevicebackup2, Cell::Apps);

    let ours = computer.heirloom(&["device", "apps"]).await;
    let text = |app: &serde_json::Value, key: &str| app[key].as_str().unwrap_or_default().to_string();
    let ours: BTreeMap<String, String> =
        ours.as_array().into_iter().flatten().map(|app| (text(app, "bundle"), text(app, "name"))).collect();
    assert_eq!(ours, theirs);
    proven(Client::Heirloom, Cell::Apps);
}

/// An app's bundle id and name.
fn named(app: &Value) -> (String, String) {
    let text = |key: &str| app.as_dictionary()?.get(key)?.as_string().map(str::to_string);
    (text("CFBundleIdentifier").expect("an id"), text("CFBundleDisplayName").expect("a name"))
}
