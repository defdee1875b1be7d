//! Photos: found by what the phone knows of them, and exported as a person wants.

use engine::api::jobs::{Job, JobResult, JobState};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tests::Home;

#[tokio::test(flavor = "multi_thread")]
async fn photos_are_found_by_people_places_keywords_and_days() {
    let home = Home::new(0.02).await;
    let expected = home.phone().expected().photos;
    let version = home.back_up().await;
    let ask = |name: &'static str| home.call(name, json!({ "version": version }));
    let counts = ask("photos.counts").await;
    assert_eq!((&counts["shown"], &counts["hidden"]), (&json!(expected.visible), &json!(expected.hidden)));
    let portraits = counts["types"].as_array().unwrap().iter().find(|kind| kind["id"] == "portrait");
    assert_eq!(portraits.map_or(0, |kind| kind["count"].as_u64().unwrap()), expected.portraits);
    assert!(expected.portraits > 0);

    let named = |list: &Value, name: &str| -> BTreeMap<String, u64> {
        let all = list.as_array().unwrap().iter();
        all.map(|one| (one[name].as_str().unwrap_or_default().to_owned(), one["count"].as_u64().unwrap())).collect()
    };
    let people = ask("photos.people").await;
    for (list, wanted) in [
        (named(&people, "name"), &expected.people),
        (named(&ask("photos.keywords").await, "title"), &expected.keywords),
    ] {
        for one in wanted.iter().filter(|one| !one.title.is_empty() && one.count > 0) {
            assert_eq!(list.get(&one.title), Some(&one.count), "{}", one.title);
        }
    }
    let places = ask("photos.places").await;
    assert_eq!(named(&places, "title"), expected.places);

    let count = |filter: Value, text: &str| {
        let asked = json!({ "version": version, "kind": "photos", "filter": filter, "text": text });
        let home = &home;
        async move { home.call("photos.open", asked).await["count"].as_u64().unwrap() }
    };
    let first = &people[0];
    let by_person = count(json!({ "person": first["id"].to_string() }), "").await;
    assert_eq!(json!(by_person), first["count"]);
    assert_eq!(json!(count(json!({ "place": places[0]["id"] }), "").await), places[0]["count"]);
    let name = first["name"].as_str().expect("named ones come first");
    assert_eq!(count(json!({}), name).await, by_person, "the search finds the same");
    let albums = ask("photos.albums").await;
    let inside = albums.as_array().unwrap().iter().find(|album| album["folder_ids"] != json!([])).unwrap();
    let folder = inside["folder_ids"][0].to_string();
    assert!(count(json!({ "folder": folder }), "").await >= inside["count"].as_u64().unwrap());
    let view = home.call("photos.open", json!({ "version": version, "kind": "photos" })).await;
    let newest = &view["days"][0];
    assert_eq!(json!(count(json!({}), newest["day"].as_str().unwrap()).await), newest["count"]);
    let year = &newest["day"].as_str().unwrap()[..4];
    let of_year = view["days"].as_array().unwrap().iter().filter(|day| day["day"].as_str().unwrap().starts_with(year));
    let of_year: u64 = of_year.map(|day| day["count"].as_u64().unwrap()).sum();
    assert!(count(json!({}), year).await >= of_year);
}

fn folder_of(job: &Job) -> PathBuf {
    match &job.result {
        Some(JobResult::Export { path, .. }) => PathBuf::from(path),
        other => panic!("{other:?}"),
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = tests::tree(folder);
    files.remove("Exported.txt").expect("a log");
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_export_goes_on_and_ends_as_if_it_had_not_been() {
    let home = Home::new(0.02).await;
    let expected = home.phone().expected().photos;
    let version = home.back_up().await;
    let wishes = json!({ "version": version, "content": "both", "jpeg": 80, "sidecars": true, "folders": "month",
        "names": "{date} {name}" });
    let asked = |more: Value| {
        let mut asked = wishes.clone();
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        asked
    };
    let whole = home.job("photos.export", asked(json!({ "to": home.path().join("whole") }))).await;
    assert_eq!(whole.state, JobState::Done, "{whole:#?}");
    let wanted = files(&folder_of(&whole));
    let pictures = wanted.keys().filter(|name| !name.ends_with(".xmp")).count() as u64;
    assert!(pictures > expected.visible - expected.missing, "{pictures} files");
    assert!(wanted.keys().all(|name| name.len() > 8 && name.as_bytes()[7] == b'/'), "by month: {:?}", wanted.keys());
    assert!(!wanted.keys().any(|name| name.ends_with(".HEIC")), "all are JPEGs");
    assert!(whole.skipped_count > 0, "those only in iCloud are told");

    let started = home.call("photos.export", asked(json!({ "to": home.path().join("cut") }))).await;
    let id = started["job"].as_u64().unwrap();
    while home
        .call("jobs.list", json!({}))
        .await
        .as_array()
        .unwrap()
        .iter()
        .any(|job| job["id"] == id && job["files"] == 0)
    {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    home.call("job.cancel", json!({ "job": id })).await;
    let cut = home.wait(id).await;
    assert_eq!(cut.state, JobState::Cancelled, "{cut:#?}");
    let folder = folder_of(&cut);
    let left = files(&folder);
    assert!(left.len() < wanted.len(), "{} files", left.len());
    assert!(left.iter().all(|(name, bytes)| wanted.get(name) == Some(bytes)), "only whole files");
    assert!(cut.warnings.iter().any(|told| told.contains(folder.to_str().unwrap())), "{:?}", cut.warnings);

    let on = home.job("photos.export", asked(json!({ "again": folder }))).await;
    assert_eq!((on.state, folder_of(&on)), (JobState::Done, folder.clone()));
    assert!(files(&folder) == wanted, "gone on with, it is the same");
    let none = home.job("photos.export", asked(json!({ "again": folder }))).await;
    assert!(matches!(none.result, Some(JobResult::Export { items: 0, files: 0, .. })), "{:?}", none.result);
    assert!(none.warnings.iter().any(|told| told.contains("already")), "{:?}", none.warnings);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_wished_is_refused() {
    let home = Home::new(0.01).await;
    let version = home.back_up().await;
    let refused = |more: Value| {
        let mut asked = json!({ "version": version, "to": home.path().join("out") });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let home = &home;
        async move {
            match engine::api::call(&home.engine, "photos.export", asked).await {
                Err(error) => error,
                Ok(started) => home.wait(started["job"].as_u64().unwrap()).await.error.expect("an error"),
            }
        }
    };
    for wish in
        [json!({ "jpeg": 0 }), json!({ "names": "{nonsense}" }), json!({ "again": home.path() }), json!({ "to": "x" })]
    {
        let error = refused(wish.clone()).await;
        assert_eq!(error.code, engine::api::Code::BadRequest, "{wish}: {error:?}");
    }
    let view = home
        .call("photos.open", json!({ "version": version, "kind": "photos", "filter": { "favourites": "1" } }))
        .await;
    let asked =
        json!({ "version": version, "to": home.path().join("out"), "view": view["view"], "content": "originals" });
    let job = home.job("photos.export", asked).await;
    let exported = match job.result {
        Some(JobResult::Export { items, .. }) => items,
        other => panic!("{other:?}"),
    };
    assert_eq!(exported + job.skipped_count, view["count"].as_u64().unwrap());
}
