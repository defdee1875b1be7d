//! Looking at a version: conversations, photos, contacts, files, search.

use engine::simulator::contents::Expected;
use serde_json::{Value, json};
use tests::Home;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_the_phone_is_in_the_version() {
    let home = Home::new(0.02).await;
    let expected = home.phone().expected();
    let version = home.back_up().await;
    let opened = home.call("version.open", json!({ "version": "latest" })).await;
    assert_eq!(opened["version"]["id"], json!(version));
    let completeness = home.call("version.completeness", json!({ "version": version })).await;
    assert_eq!(completeness["skipped"], json!([]));
    assert_eq!(completeness["left_out"][0]["what"], json!("health"), "not encrypted");

    conversations(&home, &version, &expected).await;
    whatsapp(&home, &version).await;
    contacts(&home, &version, &expected).await;
    photos(&home, &version, &expected).await;
    files(&home, &version).await;
    search(&home, &version, &expected).await;
}

async fn conversations(home: &Home, version: &str, expected: &Expected) {
    let cards = home.cards(version, "messages").await;
    assert_eq!(cards.len(), expected.conversations.len());
    let mut total = 0;
    for card in &cards {
        let thread = home
            .call("conversation.open", json!({ "version": version, "kind": "messages", "conversation": card["id"] }))
            .await;
        let count = thread["count"].as_u64().unwrap();
        let rows = home.call("conversation.rows", json!({ "view": thread["view"], "from": 0, "count": 1000 })).await;
        let bubbles = rows.as_array().unwrap();
        assert_eq!(bubbles.len() as u64, count.min(1000));
        total += bubbles.iter().filter(|bubble| bubble["kind"] == "message").count() as u64;
        let times: Vec<i64> = bubbles.iter().filter_map(|bubble| bubble["when"].as_i64()).collect();
        assert!(times.is_sorted(), "oldest first");
    }
    assert_eq!(total, expected.messages.messages);
}

/// A group of every kind of message: opened, searched, gone to a day, its files and its media.
async fn whatsapp(home: &Home, version: &str) {
    let cards = home.cards(version, "whatsapp").await;
    assert_eq!(cards.len(), 3);
    let group = cards.iter().find(|card| card["title"] == "Saturday walk ☔").unwrap();
    let open = |show: &'static str| {
        let id = group["id"].clone();
        home.call(
            "conversation.open",
            json!({ "version": version, "kind": "whatsapp", "conversation": id, "show": show }),
        )
    };
    let thread = open("thread").await;
    let rows = home.call("conversation.rows", json!({ "view": thread["view"], "from": 0, "count": 100 })).await;
    let found = home.call("conversation.find", json!({ "view": thread["view"], "text": "UMBRELLA" })).await;
    let place = found[0].as_u64().unwrap() as usize;
    assert_eq!(rows[place]["mine"], json!(true));
    assert!(rows[place]["reply_to"]["id"].is_i64(), "{}", rows[place]);
    let day = home.call("conversation.day", json!({ "view": thread["view"], "when": rows[place]["when"] })).await;
    assert_eq!(day["at"], json!(place));
    let files = open("files").await;
    assert_eq!((&files["count"], &open("deleted").await["count"]), (&json!(4), &json!(0)));
    let rows = home.call("conversation.rows", json!({ "view": files["view"], "from": 0, "count": 100 })).await;
    let pictures: Vec<&str> =
        rows.as_array().unwrap().iter().filter_map(|row| row["parts"][0]["media"].as_str()).collect();
    assert_eq!(pictures.len(), 3, "all but the recording that was never downloaded");
    let path = format!("{version}/whatsapp/thumb256/{}", pictures[0]);
    assert!(engine::media::find(&home.engine, &path).await.unwrap().mime.starts_with("image/"));
}

async fn contacts(home: &Home, version: &str, expected: &Expected) {
    let cards = home.cards(version, "contacts").await;
    let linked: std::collections::BTreeSet<_> =
        expected.contacts.iter().map(|contact| contact.link.unwrap_or(-contact.id)).collect();
    assert_eq!(cards.len(), linked.len(), "linked cards are one");
    let someone = expected
        .contacts
        .iter()
        .find(|contact| contact.first.is_some() && contact.last.is_some() && !contact.phones.is_empty())
        .unwrap();
    let last = someone.last.as_deref().unwrap();
    let found = home.call("view.open", json!({ "version": version, "kind": "contacts", "text": last })).await;
    assert!(found["count"].as_u64().unwrap() >= 1, "{last}");
}

async fn photos(home: &Home, version: &str, expected: &Expected) {
    let view = home.call("photos.open", json!({ "version": version, "kind": "photos" })).await;
    assert_eq!(view["count"], json!(expected.photos.visible));
    let days: u64 = view["days"].as_array().unwrap().iter().map(|day| day["count"].as_u64().unwrap()).sum();
    assert_eq!(days, expected.photos.visible, "every photo has its day");
    let tiles = home.call("photos.rows", json!({ "view": view["view"], "from": 0, "count": 1000 })).await;
    let tiles = tiles.as_array().unwrap();
    let count = |key: &str, value: Value| tiles.iter().filter(|tile| tile[key] == value).count() as u64;
    assert_eq!(count("favourite", json!(true)), expected.photos.favourites);
    let mut drawn = 0;
    for tile in tiles.iter().take(12) {
        let path = format!("{version}/photos/thumb256/{}", tile["picture"].as_str().unwrap());
        match engine::media::find(&home.engine, &path).await {
            Ok(found) => {
                assert!(found.mime.starts_with("image/"), "{}", found.mime);
                drawn += 1;
            }
            Err(error) => assert!(tile["kind"] == "video" || !tile["missing"].is_null(), "{tile}: {error:?}"),
        }
    }
    assert!(drawn >= 8, "{drawn} of 12 thumbnails");
}

async fn files(home: &Home, version: &str) {
    let domains = home.call("files.domains", json!({ "version": version })).await;
    assert!(domains.as_array().unwrap().iter().any(|domain| domain["domain"] == "CameraRollDomain"));
    let nodes =
        home.call("files.list", json!({ "version": version, "domain": "HomeDomain", "folder": "Library/SMS" })).await;
    assert!(nodes.as_array().unwrap().iter().any(|node| node["name"] == "sms.db" && node["kind"] == "file"));
    let to = home.path().join("saved");
    let asked = json!({ "version": version, "domain": "HomeDomain", "path": "Library/SMS/sms.db", "to": to });
    let saved = home.call("file.save", asked).await;
    let bytes = std::fs::read(saved["path"].as_str().unwrap()).unwrap();
    assert!(bytes.starts_with(b"SQLite format 3\0"));
}

async fn search(home: &Home, version: &str, expected: &Expected) {
    let someone = expected.contacts.iter().find(|contact| contact.first.is_some() && contact.last.is_some()).unwrap();
    let name = format!("{} {}", someone.first.as_deref().unwrap(), someone.last.as_deref().unwrap());
    for _ in 0..600 {
        let found = home.call("search.find", json!({ "text": name })).await;
        if found["pending"] == 0 {
            let hits = found["hits"].as_array().unwrap();
            assert!(
                hits.iter().any(|hit| hit["kind"] == "contacts" && hit["version"] == json!(version)),
                "{name}: {found:#}"
            );
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the version was never indexed");
}
