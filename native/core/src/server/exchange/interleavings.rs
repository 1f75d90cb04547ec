use super::*;
use crate::sync::{explore, join, thread};
use loom::future::block_on;
use loom::sync::atomic::{AtomicBool, Ordering};
use std::future::poll_fn;
use std::sync::Arc as StdArc;

type Answer = &'static str;
/// Its count is 2 while the request is in flight.
type Permit = StdArc<()>;
type Outcome = Result<Answer, Unanswered>;

type Halves = (Arc<Responder<Answer, Permit, u8>>, Pending<Answer, Permit>);

fn halves() -> (Halves, Permit) {
    let permit = Permit::default();
    let (responder, pending) = exchange(Permit::clone(&permit));
    ((Arc::new(responder), pending), permit)
}

/// The connection's side: waits until there is an answer, or none can come.
fn wait(pending: &Pending<Answer, Permit>) -> Outcome {
    block_on(poll_fn(|cx| pending.poll(cx, |_| Poll::Pending)))
}

/// A deadline that has passed once its thread has run; until then it keeps the waker to wake.
#[derive(Default)]
struct Deadline(Lock<(bool, Option<Waker>)>);

impl Deadline {
    fn pass(&self) {
        let mut deadline = self.0.lock();
        deadline.0 = true;
        let waker = deadline.1.take();
        drop(deadline);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut deadline = self.0.lock();
        if deadline.0 {
            return Poll::Ready(());
        }
        deadline.1 = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// A process as the VM knows it: its monitors while it lives. Like the VM, it holds no lock while
/// `down` runs, and `down` may run before the caller of `monitor` has stored what that returned.
struct Process(Lock<Option<Vec<u8>>>);

impl Process {
    fn spawn() -> Arc<Self> {
        Arc::new(Process(Lock::new(Some(Vec::new()))))
    }

    fn monitor(&self, monitor: u8) -> Option<u8> {
        self.0.lock().as_mut()?.push(monitor);
        Some(monitor)
    }

    fn demonitor(&self, monitor: u8) {
        if let Some(monitors) = self.0.lock().as_mut() {
            monitors.retain(|other| *other != monitor);
        }
    }

    /// Ends the process, and returns the monitors for which the VM then calls `down`.
    fn end(&self) -> impl Iterator<Item = u8> + use<> {
        self.0.lock().take().into_iter().flatten()
    }

    fn die(&self, responder: &Responder<Answer, Permit, u8>) {
        self.end().for_each(|monitor| responder.down(&monitor));
    }
}

#[test]
fn answer_against_deadline() {
    explore("request: answer, deadline", || {
        let ((responder, pending), permit) = halves();
        let deadline = Arc::new(Deadline::default());
        let timer = {
            let deadline = Arc::clone(&deadline);
            thread::spawn(move || deadline.pass())
        };
        let answering = {
            let responder = Arc::clone(&responder);
            thread::spawn(move || responder.answer("yes"))
        };
        let outcome = block_on(poll_fn(|cx| pending.poll(cx, |cx| deadline.poll(cx))));
        match join(answering) {
            Ok(()) => assert_eq!(outcome, Ok("yes")),
            Err(error) => {
                assert_eq!(error, AnswerError::Timeout);
                assert_eq!(outcome, Err(Unanswered::DeadlineExceeded));
            }
        }
        join(timer);
        assert_eq!(StdArc::strong_count(&permit), 1);
    });
}

#[test]
fn answer_against_answer() {
    explore("request: two answers", || {
        let ((responder, pending), permit) = halves();
        let other = {
            let responder = Arc::clone(&responder);
            thread::spawn(move || responder.answer("other"))
        };
        let mine = responder.answer("mine");
        let outcome = wait(&pending);
        let sent = [("mine", mine), ("other", join(other))]
            .into_iter()
            .filter(|(_, result)| result.is_ok())
            .map(|(answer, _)| Ok(answer));
        assert_eq!(sent.collect::<Vec<Outcome>>(), [outcome]);
        assert_eq!(StdArc::strong_count(&permit), 1);
    });
}

#[test]
fn answer_against_a_connection_that_closes() {
    explore("request: answer, connection closed", || {
        let ((responder, pending), permit) = halves();
        let closing = thread::spawn(move || drop(pending));
        let answered = responder.answer("yes");
        assert!(matches!(answered, Ok(()) | Err(AnswerError::Closed)));
        join(closing);
        assert!(!responder.is_open());
        assert_eq!(StdArc::strong_count(&permit), 1);
    });
}

#[test]
fn answer_against_drop() {
    explore("request: drop of the handle", || {
        let ((responder, pending), permit) = halves();
        let dropping = thread::spawn(move || drop(responder));
        assert_eq!(wait(&pending), Err(Unanswered::Abandoned));
        join(dropping);
        assert_eq!(StdArc::strong_count(&permit), 1);
    });
}

// The handle lives on, so only `down` or `assign` can end the wait.
#[test]
fn assign_against_down() {
    explore("request: assign, down", || {
        let ((responder, pending), permit) = halves();
        let process = Process::spawn();
        let assigning = {
            let (responder, process) = (Arc::clone(&responder), Arc::clone(&process));
            thread::spawn(move || responder.assign(|_| (), || process.monitor(1)))
        };
        let dying = {
            let responder = Arc::clone(&responder);
            thread::spawn(move || process.die(&responder))
        };
        assert_eq!(wait(&pending), Err(Unanswered::Abandoned));
        for thread in [assigning, dying] {
            join(thread);
        }
        assert_eq!(StdArc::strong_count(&permit), 1);
    });
}

#[test]
fn assign_to_another_against_down() {
    explore("request: passed on, down of the first process", || {
        let ((responder, pending), _permit) = halves();
        let (first, second) = (Process::spawn(), Process::spawn());
        responder.assign(|_| (), || first.monitor(1));
        let is_passed_on = Arc::new(AtomicBool::new(false));
        let dying = {
            let (responder, first) = (Arc::clone(&responder), Arc::clone(&first));
            let is_passed_on = Arc::clone(&is_passed_on);
            thread::spawn(move || {
                let monitors = first.end();
                let is_late = is_passed_on.load(Ordering::SeqCst);
                monitors.for_each(|monitor| responder.down(&monitor));
                is_late
            })
        };
        let demonitor = |monitor| first.demonitor(monitor);
        responder.assign(demonitor, || second.monitor(2));
        is_passed_on.store(true, Ordering::SeqCst);
        let is_late = join(dying);
        let answered = responder.answer("yes");
        let outcome = wait(&pending);
        assert_eq!(outcome.is_ok(), answered.is_ok());
        assert!(answered.is_ok() || !is_late);
    });
}

// A server that stops drops its connections, while handlers are started and die.
#[test]
fn assign_against_down_and_stop() {
    explore("request: assign, down, server stopped", || {
        let ((responder, pending), permit) = halves();
        let process = Process::spawn();
        let dying = {
            let (responder, process) = (Arc::clone(&responder), Arc::clone(&process));
            thread::spawn(move || process.die(&responder))
        };
        let stopping = thread::spawn(move || drop(pending));
        responder.assign(|_| (), || process.monitor(1));
        for thread in [dying, stopping] {
            join(thread);
        }
        assert!(responder.answer("late").is_err());
        assert_eq!(StdArc::strong_count(&permit), 1);
    });
}
