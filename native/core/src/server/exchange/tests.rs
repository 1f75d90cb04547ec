use super::*;
use std::sync::Arc;

type Halves = (
    Responder<&'static str, Arc<()>, u8>,
    Pending<&'static str, Arc<()>>,
);

/// Returns both halves, and the permit, whose count is 2 while the request is in flight.
fn halves() -> (Halves, Arc<()>) {
    let permit = Arc::new(());
    (exchange(Arc::clone(&permit)), permit)
}

fn poll(
    pending: &Pending<&'static str, Arc<()>>,
    deadline: Poll<()>,
) -> Poll<Result<&'static str, Unanswered>> {
    pending.poll(&mut Context::from_waker(Waker::noop()), |_| deadline)
}

#[test]
fn a_request_is_answered_once() {
    let ((responder, pending), permit) = halves();
    assert_eq!(poll(&pending, Poll::Pending), Poll::Pending);
    assert!(responder.is_open());
    assert_eq!(Arc::strong_count(&permit), 2);

    assert_eq!(responder.answer("one"), Ok(()));
    assert_eq!(Arc::strong_count(&permit), 1);
    assert_eq!(responder.answer("two"), Err(AnswerError::AlreadySent));
    // The answer came first, even if the deadline has passed meanwhile.
    assert_eq!(poll(&pending, Poll::Ready(())), Poll::Ready(Ok("one")));
    assert_eq!(responder.answer("three"), Err(AnswerError::AlreadySent));
    assert!(!responder.is_open());
}

#[test]
fn after_the_deadline_it_stays_in_flight_until_elixir_knows() {
    let ((responder, pending), permit) = halves();
    let late = Poll::Ready(Err(Unanswered::DeadlineExceeded));
    assert_eq!(poll(&pending, Poll::Ready(())), late);
    drop(pending);
    assert_eq!(Arc::strong_count(&permit), 2);
    assert_eq!(responder.answer("late"), Err(AnswerError::Timeout));
    assert_eq!(Arc::strong_count(&permit), 1);
}

#[test]
fn a_closed_connection_needs_no_answer() {
    let ((responder, pending), permit) = halves();
    drop(pending);
    assert_eq!(Arc::strong_count(&permit), 2);
    assert!(!responder.is_open());
    assert_eq!(Arc::strong_count(&permit), 1);
    assert_eq!(responder.answer("anybody"), Err(AnswerError::Closed));
}

#[test]
fn a_dropped_responder_abandons_the_request() {
    let ((responder, pending), permit) = halves();
    drop(responder);
    assert_eq!(Arc::strong_count(&permit), 1);
    let abandoned = Poll::Ready(Err(Unanswered::Abandoned));
    assert_eq!(poll(&pending, Poll::Pending), abandoned);
}

#[test]
fn only_the_death_of_the_assigned_process_abandons_the_request() {
    let ((responder, pending), _permit) = halves();
    responder.assign(|_| panic!("nothing was monitored"), || Some(1));
    let mut removed = None;
    responder.assign(|previous| removed = Some(previous), || Some(2));
    assert_eq!(removed, Some(1));

    responder.down(&1);
    assert!(responder.is_open());
    responder.down(&2);
    let abandoned = Poll::Ready(Err(Unanswered::Abandoned));
    assert_eq!(poll(&pending, Poll::Pending), abandoned);
}

#[test]
fn a_dead_process_cannot_be_assigned() {
    let ((responder, pending), _permit) = halves();
    responder.assign(|_| (), || None);
    let abandoned = Poll::Ready(Err(Unanswered::Abandoned));
    assert_eq!(poll(&pending, Poll::Pending), abandoned);
}
