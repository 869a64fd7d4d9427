//! What a registry says at its door, before anything of it is asked for: plain facts.

/// How a registry is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Whether it is spoken to over TLS.
    pub tls: bool,
    /// The proxy on the way, without who asks it, if there is one.
    pub proxy: Option<String>,
}

/// What a registry answered to `GET /v2/` of a stranger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// How many seconds its clock is before ours; less than 0 is behind. None if it does not tell.
    pub clock_ahead: Option<i64>,
    /// What it asks for.
    pub asks: Asks,
}

/// What a registry asks for at its door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// Nothing.
    Nothing,
    /// A user name and a password.
    Password,
    /// A token.
    Token {
        /// The host that gives it.
        server: String,
        /// What that host calls the registry, if the registry says.
        service: Option<String>,
    },
}
