//! Signing in on another machine: a code is shown here and typed there (RFC 8628).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use switchboard_egress::Egress;
use tokio::time::{Instant, sleep_until};
use url::Url;

use crate::sign_in::{self, DeviceAnswer, TokenFailure};
use crate::token::AppSecret;
use crate::{App, ConnectionsError, Grant, Service};

/// The standard adds this much each time the service says `slow_down`.
const SLOWER: Duration = Duration::from_secs(5);

/// A sign-in that waits for a person at another machine.
pub struct PendingDevice {
    /// The page to open there.
    pub page: Url,
    /// The same page with the code filled in, when the service has one.
    pub page_with_code: Option<Url>,
    /// What the person types.
    pub user_code: String,
    /// How long the code lives.
    pub life: Duration,
    device_code: SecretString,
    interval: Mutex<Duration>,
    ends: Instant,
    egress: Egress,
    service: Service,
    app: App,
}

impl PendingDevice {
    pub(crate) async fn begin(
        egress: Egress,
        service: &Service,
        app: App,
        path: &str,
    ) -> Result<PendingDevice, ConnectionsError> {
        let code = sign_in::device_code(&egress, service, &app, path).await?;
        let life = Duration::from_secs(code.life_s);
        Ok(PendingDevice {
            page: service.page(&code.page)?,
            page_with_code: code.page_with_code.as_deref().map(|text| service.page(text)).transpose()?,
            user_code: sign_in::clean(&code.user_code),
            life,
            device_code: code.device_code,
            interval: Mutex::new(Duration::from_secs(code.interval_s)),
            ends: Instant::now() + life,
            egress,
            service: service.clone(),
            app,
        })
    }

    /// Asks at the pace the service wants until the person has decided, at most as long as the code lives.
    pub async fn wait(&self) -> Result<Grant, ConnectionsError> {
        loop {
            let pause = *self.interval.lock().unwrap_or_else(PoisonError::into_inner);
            let next = Instant::now() + pause;
            if next >= self.ends {
                return Err(ConnectionsError::Timeout { seconds: self.life.as_secs() });
            }
            sleep_until(next).await;
            let answer = sign_in::device_token(&self.egress, &self.service, &self.app, &self.device_code).await;
            match answer {
                Ok(DeviceAnswer::Token(token)) => {
                    let app = AppSecret {
                        client_id: self.app.client_id.clone(),
                        client_secret: self.app.client_secret.clone(),
                        account_id: None,
                    };
                    return Ok(Grant { token, app: Some(app) });
                }
                Ok(DeviceAnswer::Pending) => {}
                Ok(DeviceAnswer::SlowDown) => {
                    *self.interval.lock().unwrap_or_else(PoisonError::into_inner) += SLOWER;
                }
                Ok(DeviceAnswer::Ended) => {
                    return Err(ConnectionsError::Timeout { seconds: self.life.as_secs() });
                }
                Ok(DeviceAnswer::Denied) => {
                    return Err(ConnectionsError::Denied { reason: "access_denied".to_owned() });
                }
                // The standard wants a longer pause after an answer that did not come.
                Err(TokenFailure::Unavailable { .. }) => {
                    let mut interval = self.interval.lock().unwrap_or_else(PoisonError::into_inner);
                    *interval = (*interval * 2).min(Duration::from_secs(60));
                }
                Err(refused) => return Err(refused.into()),
            }
        }
    }
}

impl std::fmt::Debug for PendingDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingDevice").field("page", &self.page.as_str()).finish_non_exhaustive()
    }
}
