//! The contract's download: a file from the service to the call's folder.

use std::sync::Arc;

use switchboard_egress::{self as egress, Credential, Download, DownloadLimits, FileName, Request, Stored};
use tokio::time::Instant;

use crate::bindings::http;
use crate::error::to_guest;
use crate::host::{Call, Next, failed, no_network};
use crate::retry;

/// Unit of the progress in reading a file that is there already.
const CHECKED_BYTES: &str = "checked bytes";

impl Call {
    /// Stores the file that `request` asks for under the nearest safe name to `label`.
    pub(crate) async fn download(
        &mut self,
        request: http::Request,
        label: &str,
        expect: http::Expectation,
    ) -> Result<http::Stored, http::Failure> {
        let wants = request.credential;
        let request = self.prepare(request)?;
        let folder = &self.options.downloads;
        tokio::fs::create_dir_all(folder).await.map_err(|error| {
            failed("download.disk", &format!("cannot make the folder {}: {error}", folder.display()), true)
        })?;
        let name = FileName::of(label);
        let expect = egress::Expectation { size: expect.size, content_types: expect.content_types };
        let mut renewed = false;
        for attempt in 1.. {
            let credential = self.credential(wants).await?;
            let failure = match self.bring(&request, credential.as_ref(), &name, &expect).await {
                Ok(stored) => return Ok(self.tell(stored)),
                Err(mut failure) => {
                    if let Some(answer) = &mut failure.response {
                        self.scrub(answer);
                    }
                    failure
                }
            };
            let pause = match &failure.response {
                Some(answer) => {
                    match self.verdict(answer, &request, attempt, credential.as_ref(), &mut renewed).await? {
                        Next::Done => None,
                        Next::Again(pause) => Some(pause),
                    }
                }
                None => retry::after_failure(&request.method, &failure, attempt),
            };
            match pause {
                Some(pause) if self.has_time(pause) => self.sleep(pause).await?,
                _ => return Err(to_guest(failure)),
            }
        }
        Err(no_network())
    }

    /// One attempt. What it took while bytes came is not of the call's own time.
    async fn bring(
        &mut self,
        request: &Request,
        credential: Option<&Credential>,
        name: &FileName,
        expect: &egress::Expectation,
    ) -> Result<Stored, egress::Failure> {
        let allowance = Arc::clone(&self.allowance);
        let before = allowance.used();
        let events = Arc::clone(&self.options.events);
        let progress = |done, total| {
            allowance.note_bytes();
            events.progress(done, total, "bytes");
        };
        let check_progress = |done, total| {
            allowance.note_bytes();
            if done > 0 {
                events.progress(done, total, CHECKED_BYTES);
            }
        };
        let limits = DownloadLimits {
            answer_by: self.deadline,
            end_by: self.deadline.max(Instant::now()) + allowance.left(),
            most_bytes: self.options.most_bytes,
        };
        let order = Download {
            policy: self.connection.policy(),
            request,
            credential,
            owner: self.connection.id(),
            expect,
            folder: &self.options.downloads,
            name,
            again: self.options.again,
            limits,
            progress: &progress,
            check_progress: &check_progress,
            trace: &*self.options.trace,
        };
        let stored = self.shared.egress.download(&order).await;
        allowance.end_download();
        self.deadline += allowance.used().saturating_sub(before);
        stored
    }

    fn tell(&mut self, stored: Stored) -> http::Stored {
        let path = stored.path.display().to_string();
        if stored.known {
            let text = format!("{path} is already there, from the same source: nothing was downloaded again");
            self.options.events.message("info", &text);
            self.skipped.push(path.clone());
        }
        http::Stored { path, size: stored.size, sha256: stored.sha256, content_type: stored.content_type }
    }
}

/// Mark what an output says about files that were there already: `"skipped": true` beside their `path`. Only the host knows.
pub(crate) fn mark_skipped(output: &mut serde_json::Value, skipped: &[String]) {
    if skipped.is_empty() {
        return;
    }
    match output {
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| mark_skipped(item, skipped)),
        serde_json::Value::Object(fields) => {
            let path = fields.get("path").and_then(serde_json::Value::as_str);
            if path.is_some_and(|path| skipped.iter().any(|known| known == path)) {
                fields.insert("skipped".to_owned(), true.into());
            }
            fields.values_mut().for_each(|value| mark_skipped(value, skipped));
        }
        _ => {}
    }
}
