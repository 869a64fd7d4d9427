use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_pause_too_long_to_wait_for_is_an_error() {
    let limits = Arc::new(Admission::new(4, None, None));
    let admit = || limits.admit(Lane::Control, None, 300 * SECOND);
    let (mut one, mut other) = (admit().await.unwrap(), admit().await.unwrap());
    one.paused(600 * SECOND);
    other.paused(SECOND);
    let left = admit().await.unwrap_err();
    assert_eq!(
        left,
        600 * SECOND,
        "a shorter pause does not end a longer one"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_under_way_together_tells_of_one_pause() {
    let limits = Arc::new(Admission::new(4, None, None));
    let admit = || limits.admit(Lane::Control, None, 300 * SECOND);
    let (mut one, mut late) = (admit().await.unwrap(), admit().await.unwrap());
    one.refused(Some(2 * SECOND));
    drop(one);
    let begun = Instant::now();
    tokio::time::sleep(SECOND).await;
    late.refused(Some(2 * SECOND));
    drop(late);
    let mut after = admit().await.unwrap();
    assert_eq!(begun.elapsed(), 2 * SECOND);
    after.refused(Some(2 * SECOND));
    drop(after);
    admit().await.unwrap();
    let again = begun.elapsed();
    assert!(
        again >= 4 * SECOND,
        "what was sent after it tells of another"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_goes_first_and_whoever_gives_up_is_no_hindrance() {
    let limits = Arc::new(Admission::new(1, Some(3), None));
    let admit = |kept| limits.admit(Lane::Control, kept, SECOND);
    let (mut refused, mut going) = (admit(None).await.unwrap(), admit(None).await.unwrap());
    refused.refused(None);
    let mut again = Box::pin(admit(refused.keep_slot()));
    let mut fresh = Box::pin(admit(None));
    let mut gives_up = Box::pin(admit(None));
    let soon = Duration::from_millis(50);
    let waits = |admitted: Result<_, _>| admitted.is_err();
    assert!(waits(tokio::time::timeout(soon, &mut gives_up).await));
    assert!(waits(tokio::time::timeout(soon, &mut fresh).await));
    assert!(waits(tokio::time::timeout(soon, &mut again).await));
    drop(gives_up);
    going.succeeded();
    drop(going);
    let again = tokio::time::timeout(soon, again).await.unwrap().unwrap();
    assert!(waits(tokio::time::timeout(soon, &mut fresh).await));
    drop(again);
    assert!(tokio::time::timeout(soon, fresh).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn more_than_eight_tokens_are_never_asked_for_at_once() {
    for (cap, most) in [(None, 8), (Some(3), 3), (Some(100), 8)] {
        let limits = Arc::new(Admission::new(16, None, None));
        limits.narrow(Lane::Token, cap, None);
        let mut permits = vec![];
        let soon = Duration::from_millis(50);
        while let Ok(permit) =
            tokio::time::timeout(soon, limits.admit(Lane::Token, None, SECOND)).await
        {
            tokio::time::sleep(soon).await;
            let mut permit = permit.unwrap();
            permit.succeeded();
            permits.push(permit);
        }
        assert_eq!(permits.len(), most, "{cap:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn keeps_to_a_rate() {
    let limits = Arc::new(Admission::new(16, None, Some(10.0)));
    let begun = Instant::now();
    let mut starts = vec![];
    for rest in [0, 0, 0, 1000, 0] {
        tokio::time::sleep(Duration::from_millis(rest)).await;
        limits.admit(Lane::Control, None, SECOND).await.unwrap();
        starts.push(begun.elapsed().as_millis() / 10 * 10);
    }
    assert_eq!(
        starts,
        [0, 100, 200, 1200, 1290],
        "no debt, no credit to speak of"
    );
}
