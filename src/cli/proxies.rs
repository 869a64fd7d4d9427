//! The proxies that the environment names. The client's library passes over what it does not understand, and would
//! go straight where somebody wanted a proxy.

use crate::model::check_proxy;

use super::environment::Environment;
use super::error::CliError;

/// The variables that name one, under both their names.
const VARIABLES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// Says which variable names what is no proxy, if one does. What it holds is not told: a password may be in it.
pub fn check(environment: &Environment) -> Result<(), CliError> {
    for name in VARIABLES {
        let value = environment.variables().get(name).map_or("", |v| v.trim());
        if value.is_empty() {
            continue;
        }
        let Err(why) = check_proxy(value) else {
            continue;
        };
        return Err(CliError::new(why.of(name)).hint(text!(
            "write it as `http://HOST:PORT`, with `https`, `socks5` or `socks5h` for other kinds; or unset `{name}`",
            "写成 `http://HOST:PORT`，其他类型写 `https`、`socks5` 或 `socks5h`；或者取消 `{name}`"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_proxy_is_named_without_its_password() {
        let told = |name: &str, value: &str| {
            let environment = [(name.to_owned(), value.to_owned())].into_iter().collect();
            check(&environment).err().map(|error| error.to_string())
        };
        for value in [
            "",
            "proxy.example.com:3128",
            "http://127.0.0.1:3128/",
            "HTTP://me:secret@proxy.example.com",
            "socks5h://[::1]:1080",
        ] {
            assert_eq!(told("https_proxy", value), None, "{value}");
        }
        for (name, value) in [
            ("HTTPS_PROXY", "ftp://me:hunter2@x"),
            ("all_proxy", "socks4://x:1080"),
            ("http_proxy", "http://"),
            ("HTTP_PROXY", "http://a b:hunter2"),
        ] {
            let told = told(name, value).unwrap();
            assert!(told.contains(&format!("`{name}`")), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
