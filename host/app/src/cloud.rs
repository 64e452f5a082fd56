//! Which cloud of a service is meant.

/// A cloud of a service: the name of its profile in the manifest, and addresses that replace those of the profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cloud {
    /// Name of the profile, for example `zoomgov`.
    pub profile: String,
    /// Base address of the API, where it is another one than the profile's.
    pub api_base: Option<String>,
    /// Base address of the sign-in pages, where it is another one than the profile's.
    pub oauth_base: Option<String>,
}

impl Cloud {
    /// The cloud of a profile, at the addresses of the profile.
    pub fn of_profile(profile: &str) -> Cloud {
        Cloud { profile: profile.to_owned(), ..Cloud::default() }
    }
}
