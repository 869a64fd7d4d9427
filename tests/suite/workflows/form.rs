//! The issue form: who does not use git asks for an image, and a pull request comes of it.

use pusher::sandbox::images::Image;
use serde_json::{Value, json};

use super::{EMPTY, Run, World, results};

const WORKFLOW: &str = ".github/workflows/add-image.yml";

impl World {
    /// Somebody puts this into the form, and something happens to the issue.
    fn form(&self, image: &str, more: &Value) -> Run {
        let none = "_No response_";
        let body = format!(
            "### Images 镜像\n\n{image}\n\n### Platforms 平台\n\n{none}\n\n### Name 名字\n\n{none}\n\n### Reason 原因\n\n{none}"
        );
        let mut event = json!({
            "name": "issues", "action": "opened",
            "issue": {"number": 40, "state": "open", "author_association": "MEMBER", "body": body},
        });
        for (key, value) in more.as_object().unwrap() {
            match key.as_str() {
                "author_association" => event["issue"][key] = value.clone(),
                _ => event[key] = value.clone(),
            }
        }
        let head = self.repository.head();
        let main = json!({"message": "main", "tree": "tree-of-main"});
        self.repository.hold(&format!("git/{head}"), &main);
        tokio::task::block_in_place(|| self.repository.run(Some(WORKFLOW), "issues", event))
    }

    fn pulls(&self) -> Value {
        serde_json::from_str(&self.repository.held("pulls.json")).unwrap()
    }
}

/// The image that is asked for, which the source has.
async fn with_more() -> Option<(World, String)> {
    let world = World::new().await?;
    let image = Image::new("linux/amd64").layer("more");
    image.push(&world.source, "org/more", "v1");
    let name = format!("{}/org/more:v1", world.source.address());
    Some((world, name))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_becomes_a_pull_request_with_its_plan() {
    let Some((world, image)) = with_more().await else {
        return;
    };
    let run = world.form(&image, &json!({}));
    assert_eq!(results(&run), [("add", "success")], "{}", run.log);
    let pulls = world.pulls();
    let body = pulls["1"]["body"].as_str().unwrap();
    assert_eq!(pulls["1"]["head"], "pusher/add-40");
    assert!(body.contains("| create | `more:v1` |"), "{body}");
    assert!(body.contains(&format!("+{image}")), "{body}");
    let said = world.comments();
    assert!(said[0].contains("Pull request #1 has this"), "{said:?}");
    assert_eq!(world.mirrored(), EMPTY);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_image_is_told_as_add_does() {
    let Some((world, _)) = with_more().await else {
        return;
    };
    for text in [
        "nginx 1.27 please",
        "--file=/etc/passwd",
        "$(touch owned)",
        "`touch owned`",
        "ngïnx🐳",
        "::set-output name=changed::true",
        "user:secret@registry.example.com/app:v1",
    ] {
        let run = world.form(text, &json!({"action": "edited"}));
        assert_eq!(results(&run), [("add", "success")], "{}", run.log);
        let said = world.comments();
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("**Not added:**"), "{text}: {said:?}");
        assert!(said[0].contains("error: "), "{text}: {said:?}");
        assert!(!said[0].contains("user:secret"), "{said:?}");
        assert_eq!(world.pulls(), json!({}), "{text}");
    }
    assert_eq!(world.source.log().requests().len(), 0);
    assert!(!world.repository.at("work/owned").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_asks_for_waits_for_a_label() {
    let Some((world, image)) = with_more().await else {
        return;
    };
    for stranger in [
        json!({"author_association": "NONE"}),
        json!({"author_association": "CONTRIBUTOR", "action": "edited"}),
        json!({"author_association": "NONE", "action": "labeled", "label": {"name": "other"}}),
    ] {
        let run = world.form(&image, &stranger);
        assert_eq!(results(&run), [], "{}", run.log);
    }
    let labeled =
        json!({"author_association": "NONE", "action": "labeled", "label": {"name": "pusher-add"}});
    let run = world.form(&image, &labeled);
    assert_eq!(results(&run), [("add", "success")], "{}", run.log);
    assert_eq!(world.pulls()["1"]["state"], "open");
}
