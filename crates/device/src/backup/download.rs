//! Files to the phone (`protocol.md` 2.7.5), in blocks its backup agent survives.

use super::errno;
use super::link::Link;
use super::session::{Answer, Session};
use crate::Result;
use bytes::Bytes;
use plist::{Dictionary, Value};
use std::io::{self, Read};
use tokio::sync::mpsc;
use wire::devicelink::{BLOCK_TO_DEVICE, block, block_header, status};

/// Blocks read ahead of the socket.
const AHEAD: usize = 32;

impl Session<'_> {
    /// Sends the files the phone wants, in its order. One that fails is told so, and the next follows.
    pub(super) async fn send_files(&mut self, paths: Vec<String>, progress: Option<f64>) -> Result<Answer> {
        let mut failures = Dictionary::new();
        for path in &paths {
            let length = u32::try_from(path.len()).unwrap_or(u32::MAX);
            self.link.send_bytes(&length.to_be_bytes()).await?;
            self.link.send_bytes(path.as_bytes()).await?;
            let failed = match self.inside(path) {
                Ok(inside) => self.send_file(inside).await?,
                // For reads "not found" is the answer phones take best, whatever the path.
                Err(_) => Some(status::NOT_FOUND),
            };
            let Some(code) = failed else {
                self.link.send_bytes(&block_header(block::SUCCESS, 0)).await?;
                continue;
            };
            let text = errno::text(code);
            self.link.send_bytes(&block_header(block::LOCAL_ERROR, text.len())).await?;
            self.link.send_bytes(text.as_bytes()).await?;
            let mut failure = Dictionary::new();
            failure.insert("DLFileErrorString".into(), text.into());
            failure.insert("DLFileErrorCode".into(), code.into());
            failures.insert(path.clone(), Value::Dictionary(failure));
        }
        self.link.send_bytes(&[0; 4]).await?;
        self.link.flush().await?;
        self.report.progress(progress);
        if failures.is_empty() {
            return Ok(Answer::done());
        }
        Ok(Answer { code: status::MULTI, text: Some("Multi status"), payload: Value::Dictionary(failures) })
    }

    /// Sends a file's blocks; the status number of what went wrong, if anything did.
    async fn send_file(&mut self, path: String) -> Result<Option<i64>> {
        let (blocks, mut read) = mpsc::channel(AHEAD);
        let reading = self.worker.run(move |files| {
            let sent = files.open_read(&path).and_then(|file| read_blocks(file, &blocks));
            drop(blocks);
            sent.err().map(|error| errno::code(&error))
        });
        let link = &mut self.link;
        let sending = async {
            let mut sent = Ok(());
            while sent.is_ok()
                && let Some(data) = read.recv().await
            {
                sent = send_block(link, &data).await;
            }
            // A reader waiting for room ends when nobody receives any more.
            drop(read);
            sent
        };
        let (failed, sent) = tokio::join!(reading, sending);
        sent?;
        failed
    }
}

async fn send_block(link: &mut Link, data: &Bytes) -> Result<()> {
    link.send_bytes(&block_header(block::DATA, data.len())).await?;
    link.send_bytes(data).await
}

fn read_blocks(mut file: Box<dyn Read + Send>, blocks: &mpsc::Sender<Bytes>) -> io::Result<()> {
    loop {
        let mut data = Vec::with_capacity(BLOCK_TO_DEVICE);
        if (&mut file).take(BLOCK_TO_DEVICE as u64).read_to_end(&mut data)? == 0 {
            return Ok(());
        }
        if blocks.blocking_send(data.into()).is_err() {
            return Ok(());
        }
    }
}
