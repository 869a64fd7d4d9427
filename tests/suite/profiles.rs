//! What is built for what, in `Cargo.toml`.

use toml::Value;

#[test]
fn what_is_measured_is_what_is_kept() {
    let text = include_str!("../../Cargo.toml");
    let manifest: toml::Table = toml::from_str(text).unwrap();
    let profiles = &manifest["profile"];
    assert_eq!(profiles["bench"]["inherits"].as_str(), Some("dist"));
    // Small in memory, which is what the figures are about.
    let dist = &profiles["dist"];
    for (key, wanted) in [
        ("lto", Value::from("fat")),
        ("codegen-units", Value::from(1)),
        ("opt-level", Value::from("s")),
        ("strip", Value::from("symbols")),
    ] {
        assert_eq!(dist[key], wanted, "{key}");
    }
    // It inherits from a profile that is made to be built soon; nothing of that may stay.
    for (package, release) in profiles["release"]["package"].as_table().unwrap() {
        let kept = dist
            .get("package")
            .and_then(|packages| packages.get(package));
        let level = kept.unwrap_or(release)["opt-level"].clone();
        let wanted = [Value::from("s"), Value::from(3)];
        assert!(wanted.contains(&level), "{package}: {level:?}");
    }
}
