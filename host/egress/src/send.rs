//! A request whose answer fits in memory.

use tokio::time::{Instant, timeout_at};

use crate::{
    Credential, Egress, Failure, KnownSecrets, Policy, Purpose, Request, Response, Trace,
    hops::{Way, classify},
    response::visible,
};

/// The largest answer held in memory.
const LARGEST: usize = 8 * 1024 * 1024;

/// A search takes some ten nanoseconds a byte: three milliseconds for this.
const SEARCHED_AT_ONCE: usize = 256 * 1024;

impl Egress {
    /// Sends one request and reads the answer, whatever its status.
    pub async fn send(
        &self,
        policy: &Policy,
        request: &Request,
        credential: Option<&Credential>,
        deadline: Instant,
        trace: &dyn Trace,
    ) -> Result<Response, Failure> {
        let way = Way { policy, credential, deadline, trace };
        let answer = self.open_for(Purpose::Call, way, request, &http::HeaderMap::new()).await?;
        let known = known(&answer);
        read(answer, LARGEST, deadline).await.map_err(|failure| failure.scrub(&known))
    }
}

/// What is to be hidden in an answer. The gate puts it there when it opens one.
pub(crate) fn known(answer: &reqwest::Response) -> KnownSecrets {
    answer.extensions().get().cloned().unwrap_or_default()
}

/// Reads a body of at most `limit` bytes; a larger one is an error. Known secrets are taken out.
pub(crate) async fn read(mut answer: reqwest::Response, limit: usize, deadline: Instant) -> Result<Response, Failure> {
    let mut response =
        Response { status: answer.status().as_u16(), headers: visible(answer.headers()), body: Vec::new() };
    let too_large = || {
        Failure::broken("response.too-large", format!("the answer is larger than {} KiB", limit / 1024))
            .with_fix("ask for less, for example a shorter period or a smaller page")
    };
    // The connector could read in it what nobody here can search.
    if is_compressed(&answer) {
        return Err(Failure::broken("response.encoding", "the service compressed the answer, which was not asked for"));
    }
    let known = known(&answer);
    let announced = answer.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(too_large());
    }
    response.body.reserve(usize::try_from(announced).unwrap_or(0));
    loop {
        let chunk = timeout_at(deadline, answer.chunk())
            .await
            .map_err(|_| Failure::broken("timeout", "the answer did not end in time"))?
            .map_err(|error| Failure { not_sent: false, ..classify(error) })?;
        let Some(chunk) = chunk else {
            return scrubbed(response, known).await;
        };
        if response.body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        response.body.extend_from_slice(&chunk);
    }
}

/// The answer without the known secrets. The search of a large one is not done on the thread that serves other requests.
async fn scrubbed(mut response: Response, known: KnownSecrets) -> Result<Response, Failure> {
    if response.body.len() <= SEARCHED_AT_ONCE {
        response.scrub(&known);
        return Ok(response);
    }
    let search = tokio::task::spawn_blocking(move || {
        response.scrub(&known);
        response
    });
    search.await.map_err(|_| Failure::broken("cancelled", "the search of the answer for secrets did not end"))
}

/// Reads the beginning of a body, for an error message; never fails. Known secrets are taken out.
pub(crate) async fn read_start(mut answer: reqwest::Response, limit: usize, deadline: Instant) -> Response {
    let mut response =
        Response { status: answer.status().as_u16(), headers: visible(answer.headers()), body: Vec::new() };
    let known = known(&answer);
    if is_compressed(&answer) {
        response.scrub(&known);
        return response;
    }
    while response.body.len() < limit {
        match timeout_at(deadline, answer.chunk()).await {
            Ok(Ok(Some(chunk))) => response.body.extend_from_slice(&chunk),
            _ => break,
        }
    }
    response.body.truncate(limit);
    response.scrub(&known);
    response
}

fn is_compressed(answer: &reqwest::Response) -> bool {
    answer.headers().get(http::header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity")
}
