//! imessage-exporter reads the same database: the same messages, texts and files in the same conversations.

use crate::backups::Client;
use crate::computer::{Computer, text};
use crate::databases::extracted;
use serde_json::json;

/// Where `sms.db` is in any backup folder.
const PLACE: &str = "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28";

#[tokio::test(flavor = "multi_thread")]
async fn imessage_exporter_reads_the_same_messages() {
    let Some(exporter) = std::env::var("HEIRLOOM_IMESSAGE_EXPORTER").ok() else {
        println!("skipped: HEIRLOOM_IMESSAGE_EXPORTER names no imessage-exporter");
        return;
    };
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    Client::Heirloom.back_up(&computer).await;
    let folder = Client::Heirloom.native(&computer).await;
    // It does not read the write-ahead log of a backup's database, which holds the newest messages.
    let database = extracted(&computer, "HomeDomain", "Library/SMS/sms.db").await;
    computer.run("sqlite3", &[text(&database), "pragma wal_checkpoint(truncate)"]).await;
    std::fs::copy(&database, folder.join(PLACE)).expect("a copy");
    let to = computer.path("exports");
    let (theirs, location) = (to.join("theirs"), computer.path("backups"));
    let export = ["export", "messages", "latest", "--format", "json", "--to", text(&to), "--location", text(&location)];
    assert_eq!(computer.heirloom(&export).await["state"], "done");
    let export = ["--format", "html", "--copy-method", "clone", "--platform", "iOS", "--db-path", text(&folder)];
    computer.run(&exporter, &[&export[..], &["--export-path", text(&theirs)]].concat()).await;
    let judged = computer.python("conversations.py", &to).await;
    assert_eq!(judged["wrong"], json!([]), "{:#}", judged["counts"]);
    let counts = &judged["counts"];
    assert_eq!(counts["conversations"][0], counts["conversations"][1]);
    assert!(counts["messages"][0].as_u64() > Some(100) && counts["files"].as_u64() > Some(10), "{counts:#}");
}
