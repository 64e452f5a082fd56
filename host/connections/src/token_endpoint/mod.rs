//! Requests to the service's token endpoint, and what its answers mean.

pub(crate) mod answer;
pub(crate) mod failure;
pub(crate) mod pause;
pub(crate) mod refusal;
pub(crate) mod request;
pub(crate) mod token_error;
