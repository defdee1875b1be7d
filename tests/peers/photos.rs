//! exiftool and libheif judge the photos Heirloom exports.

use crate::backups::Client;
use crate::computer::{Computer, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The least that a JPEG must be like its HEIC, in decibels.
const LEAST: f64 = 40.0;

/// Exports all photos into a folder below `name`; where they are.
async fn exported(computer: &Computer, name: &str, more: &[&str]) -> PathBuf {
    let (backups, to) = (computer.path("backups"), computer.path(name));
    let asked = ["export", "photos", "latest", "--format", "folder", "--to", text(&to), "--location", text(&backups)];
    let job = computer.heirloom(&[&asked, more].concat()).await;
    PathBuf::from(job["result"]["path"].as_str().unwrap_or_else(|| panic!("{job:#}")))
}

/// What exiftool reads of the files of a folder, by name.
async fn read(computer: &Computer, folder: &Path, ending: &str) -> BTreeMap<String, Value> {
    let asked = ["-json", "-r", "-n", "-ext", ending, text(folder)];
    let found = computer.json("exiftool", &asked).await;
    let named = |one: &Value| (one["FileName"].as_str().unwrap_or_default().to_owned(), one.clone());
    found.as_array().expect("files").iter().map(named).collect()
}

/// A list that exiftool writes as one value where it has one.
fn list(value: &Value) -> Vec<String> {
    let text = |one: &Value| one.as_str().map_or_else(|| one.to_string(), str::to_owned);
    let mut all: Vec<String> = match value {
        Value::Array(all) => all.iter().map(text).collect(),
        Value::Null => Vec::new(),
        one => vec![text(one)],
    };
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn exiftool_reads_every_sidecar() {
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    Client::Heirloom.back_up(&computer).await;
    let expected = computer.phone().expected().photos;
    let folder = exported(&computer, "sidecars", &["--content", "originals", "--sidecars"]).await;
    let sidecars = read(&computer, &folder, "xmp").await;
    assert!(sidecars.len() as u64 > expected.visible / 2, "{} sidecars", sidecars.len());
    let judged = computer.run("exiftool", &["-validate", "-warning", "-a", "-ext", "xmp", "-r", text(&folder)]).await;
    assert!(!judged.contains("Warning"), "{judged}");

    let backups = computer.path("backups");
    let cards = computer.heirloom(&["list", "photos", "latest", "--location", text(&backups)]).await;
    let (mut people, mut keywords, mut placed, mut rated) = (0, 0, 0, 0);
    for card in cards.as_array().expect("photos") {
        let name = card["title"].as_str().expect("a name");
        let Some(xmp) = sidecars.get(&format!("{name}.xmp")) else { continue };
        let id = card["id"].to_string();
        let shown = computer.heirloom(&["show", "photos", "latest", &id, "--location", text(&backups)]).await;
        let field = |label: &str| -> Vec<String> {
            let blocks = shown["blocks"].as_array().into_iter().flatten();
            let fields = blocks.filter_map(|block| block["value"].as_array()).flatten();
            let found = fields.into_iter().find(|field| field["label"] == label).map(|field| field["value"].clone());
            found.iter().filter_map(Value::as_str).flat_map(|value| value.split(", ")).map(str::to_owned).collect()
        };
        assert_eq!(list(&xmp["PersonInImage"]), field("People"), "{name}");
        let mut subject = list(&xmp["Subject"]);
        let mut wanted = field("Keywords");
        subject.sort();
        wanted.sort();
        assert_eq!(subject, wanted, "{name}");
        let albums = field("Albums");
        let tree = list(&xmp["HierarchicalSubject"]);
        assert_eq!(list(&xmp["TagsList"]).len(), tree.len(), "{name}");
        assert_eq!(tree.iter().filter(|path| path.starts_with("Albums|")).count(), albums.len(), "{name}: {tree:?}");
        let position = field("Position");
        if let [latitude, longitude] = position.as_slice() {
            for (theirs, ours) in [(&xmp["GPSLatitude"], latitude), (&xmp["GPSLongitude"], longitude)] {
                let theirs = theirs.as_f64().unwrap_or_else(|| panic!("{name}: {xmp:#}"));
                assert!((theirs - ours.parse::<f64>().expect("degrees")).abs() < 1e-5, "{name}");
            }
            placed += 1;
        } else {
            assert_eq!(xmp["GPSLatitude"], Value::Null, "{name}");
        }
        let taken = shown["subtitle"].as_str().expect("a time");
        let theirs = xmp["DateTimeOriginal"].as_str().expect("a time");
        assert_eq!(theirs[..19], taken[..19].replace('-', ":"), "{name}");
        let favourite = card["badges"].as_array().is_some_and(|badges| badges.contains(&json!("favourite")));
        assert_eq!(xmp["Rating"] == json!(5), favourite, "{name}");
        people += list(&xmp["PersonInImage"]).len();
        keywords += subject.len();
        rated += u64::from(favourite);
    }
    println!(
        "{} sidecars: {people} people, {keywords} keywords, {placed} positions, {rated} favourites",
        sidecars.len()
    );
    assert!(people > 5 && keywords > 2 && placed > 10 && rated > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn jpegs_of_heics_keep_what_exiftool_finds_and_what_libheif_sees() {
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    Client::Heirloom.back_up(&computer).await;
    let originals = exported(&computer, "originals", &["--content", "originals"]).await;
    let jpegs = exported(&computer, "jpegs", &["--content", "originals", "--jpeg", "100"]).await;
    let (heic, jpeg) = (read(&computer, &originals, "heic").await, read(&computer, &jpegs, "jpg").await);
    assert!(heic.len() >= 2, "{} HEICs", heic.len());
    let judged = computer.path("judged");
    std::fs::create_dir(&judged).expect("a folder");
    for (name, theirs) in &heic {
        let stem = name.strip_suffix(".HEIC").expect("a HEIC");
        let ours = &jpeg[&format!("{stem}.jpg")];
        for tag in ["Make", "Model", "LensModel", "Software", "DateTimeOriginal", "OffsetTimeOriginal", "GPSLatitude"] {
            assert_eq!(ours[tag], theirs[tag], "{name}: {tag}");
        }
        assert_eq!(ours["Orientation"], json!(1), "{name}");
        assert_eq!(ours["FileModifyDate"], theirs["FileModifyDate"], "{name}");
        std::fs::copy(originals.join(name), judged.join(format!("{stem}.heic"))).expect("a copy");
        std::fs::copy(jpegs.join(format!("{stem}.jpg")), judged.join(format!("{stem}.jpg"))).expect("a copy");
    }
    like_libheif(&computer.python("heic.py", &judged).await, heic.len(), 0);
}

/// The real pictures at hand, each made a JPEG as an export makes it.
#[tokio::test(flavor = "multi_thread")]
async fn libheif_sees_in_our_jpegs_what_it_sees_in_real_heics() {
    let Some(computer) = Computer::new().await else { return };
    let root = std::env::var_os("HEIRLOOM_REALDATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/realdata"), PathBuf::from);
    if !root.exists() {
        println!("skipped: no {}", root.display());
        return;
    }
    let judged = computer.path("judged");
    std::fs::create_dir(&judged).expect("a folder");
    let (mut folders, mut found) = (vec![root], 0);
    while let Some(folder) = folders.pop() {
        for inside in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = inside.path();
            let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            if path.is_dir() {
                folders.push(path);
            } else if ["heic", "heif", "hif"].contains(&ending.as_str()) {
                found += 1;
                let name = format!("{found}-{}", path.file_stem().unwrap_or_default().to_string_lossy());
                let bytes = std::fs::read(&path).expect("a picture");
                match kinds::pictures::jpeg_of_heic(&mut &bytes[..], 100) {
                    Ok(jpeg) => std::fs::write(judged.join(format!("{name}.jpg")), jpeg).expect("a JPEG"),
                    Err(why) => println!("{name}: {why}"),
                }
                std::fs::write(judged.join(format!("{name}.heic")), bytes).expect("a HEIC");
            }
        }
    }
    like_libheif(&computer.python("heic.py", &judged).await, 20, 3);
}

/// At least so many pictures are like those of libheif, and all that it refuses, at least so many, we refuse.
fn like_libheif(found: &Value, valid: usize, malformed: usize) {
    let mut likeness = Vec::new();
    let mut refused = 0;
    for (name, one) in found.as_object().expect("pictures") {
        match one["psnr"].as_f64() {
            Some(psnr) => {
                println!("{name}: {psnr:.1} dB {}", one["size"]);
                likeness.push((psnr, name));
            }
            None => {
                assert_eq!(one["made"], json!(false), "{name}: {one}");
                refused += 1;
            }
        }
    }
    assert!(likeness.len() >= valid && refused >= malformed, "{} valid, {refused} malformed", likeness.len());
    let least = likeness.iter().map(|(psnr, _)| *psnr).fold(99.0, f64::min);
    println!("{} valid, at least {least:.1} dB; {refused} malformed", likeness.len());
    assert!(least >= LEAST, "{likeness:?}");
}
