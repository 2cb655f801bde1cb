//! Turns at a speaker: the most urgent first, and first come, first served among equals.

use std::future::poll_fn;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// How urgent a book is, against others that share the speakers. Clones are one: what is set counts
/// from the next turn on, also for those that wait already.
#[derive(Clone, Debug, Default)]
pub struct Priority(Arc<AtomicI32>);

impl Priority {
    /// A priority; higher ones are served first, and 0 is usual.
    #[must_use]
    pub fn new(priority: i32) -> Self {
        Self(Arc::new(AtomicI32::new(priority)))
    }

    /// Changes it.
    pub fn set(&self, priority: i32) {
        self.0.store(priority, Ordering::Relaxed);
    }

    /// What it is now.
    #[must_use]
    pub fn get(&self) -> i32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The requests that a speaker may have at once, and who waits for one.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    /// Turns that nobody has. While there are any, nobody waits.
    free: usize,
    total: usize,
    next_ticket: u64,
    /// In the order in which they came.
    waiting: Vec<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    priority: Priority,
    /// A turn is kept for this one until it is fetched.
    called: bool,
    waker: Waker,
}

/// A turn, given back when dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a>(&'a Turns);

/// A place in the queue. Whoever leaves it loses nothing: a turn that was kept goes on to the next.
struct Place<'a> {
    turns: &'a Turns,
    ticket: u64,
}

impl Turns {
    /// As many turns as that, or as there are if those are more.
    pub(crate) fn grow_to(&self, total: usize) {
        let more = {
            let mut queue = self.queue();
            let more = total.saturating_sub(queue.total);
            queue.total += more;
            more
        };
        self.put_back(more);
    }

    /// How many there are.
    pub(crate) fn total(&self) -> usize {
        self.queue().total
    }

    /// How many are taken.
    pub(crate) fn taken(&self) -> usize {
        let queue = self.queue();
        queue.total - queue.free
    }

    /// Waits for a turn. A dropped future gives up its place.
    pub(crate) async fn take(&self, priority: &Priority) -> Turn<'_> {
        let place = self.line_up(priority);
        poll_fn(|context| place.poll(context)).await
    }

    fn line_up(&self, priority: &Priority) -> Place<'_> {
        let mut queue = self.queue();
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        queue.waiting.push(Waiter {
            ticket,
            priority: priority.clone(),
            called: false,
            waker: Waker::noop().clone(),
        });
        // A free turn means that nobody else waits: nobody but this one is called.
        queue.call();
        Place {
            turns: self,
            ticket,
        }
    }

    fn put_back(&self, count: usize) {
        let called = {
            let mut queue = self.queue();
            queue.free += count;
            queue.call()
        };
        called.into_iter().for_each(Waker::wake);
    }

    /// Nothing in here can panic half-way.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Keeps free turns for the most urgent; they are to be woken.
    fn call(&mut self) -> Vec<Waker> {
        let mut called = Vec::new();
        while self.free > 0 {
            // Of equals, `min_by_key` takes the first.
            let waiting = self.waiting.iter_mut().filter(|waiter| !waiter.called);
            let urgent = waiting.min_by_key(|waiter| -i64::from(waiter.priority.get()));
            let Some(urgent) = urgent else { break };
            urgent.called = true;
            called.push(urgent.waker.clone());
            self.free -= 1;
        }
        called
    }

    fn position(&self, ticket: u64) -> Option<usize> {
        // Tickets only grow.
        let found = self
            .waiting
            .binary_search_by_key(&ticket, |waiter| waiter.ticket);
        found.ok()
    }
}

impl<'a> Place<'a> {
    fn poll(&self, context: &Context<'_>) -> Poll<Turn<'a>> {
        let mut queue = self.turns.queue();
        let index = queue.position(self.ticket);
        let index = index.expect("a place is kept until its turn is fetched");
        let waiter = &mut queue.waiting[index];
        if waiter.called {
            queue.waiting.remove(index);
            return Poll::Ready(Turn(self.turns));
        }
        waiter.waker.clone_from(context.waker());
        Poll::Pending
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let left = {
            let mut queue = self.turns.queue();
            let index = queue.position(self.ticket);
            index.map(|index| queue.waiting.remove(index))
        };
        if left.is_some_and(|waiter| waiter.called) {
            self.turns.put_back(1);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.put_back(1);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};

    use super::*;

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        }
    }

    #[test]
    fn the_most_urgent_comes_first_and_equals_as_they_came() {
        let turns = Turns::default();
        turns.grow_to(1);
        let (low, high) = (Priority::default(), Priority::new(5));
        let first = poll(pin!(turns.take(&low))).unwrap();
        let (mut a, mut b) = (pin!(turns.take(&low)), pin!(turns.take(&low)));
        let mut c = pin!(turns.take(&high));
        assert!(poll(a.as_mut()).is_none() && poll(b.as_mut()).is_none());
        assert!(poll(c.as_mut()).is_none());
        drop(first);
        assert!(poll(b.as_mut()).is_none() && poll(a.as_mut()).is_none());
        let second = poll(c.as_mut()).unwrap();
        drop(second);
        assert!(poll(b.as_mut()).is_none());
        let third = poll(a.as_mut()).unwrap();
        drop(third);
        assert!(poll(b.as_mut()).is_some());
        assert_eq!((turns.taken(), turns.total()), (0, 1));
    }

    #[test]
    fn who_waits_already_can_become_more_urgent() {
        let turns = Turns::default();
        turns.grow_to(1);
        let (usual, raised) = (Priority::default(), Priority::default());
        let first = poll(pin!(turns.take(&usual))).unwrap();
        let (mut a, mut b) = (pin!(turns.take(&usual)), pin!(turns.take(&raised)));
        assert!(poll(a.as_mut()).is_none() && poll(b.as_mut()).is_none());
        raised.set(1);
        drop(first);
        assert!(poll(a.as_mut()).is_none() && poll(b.as_mut()).is_some());
    }

    #[test]
    fn who_leaves_loses_no_turn() {
        let turns = Turns::default();
        turns.grow_to(1);
        let usual = Priority::default();
        let first = poll(pin!(turns.take(&usual))).unwrap();
        let mut last = {
            let (mut waiting, mut called) =
                (Box::pin(turns.take(&usual)), Box::pin(turns.take(&usual)));
            let mut last = Box::pin(turns.take(&usual));
            for future in [&mut waiting, &mut called, &mut last] {
                assert!(poll(future.as_mut()).is_none());
            }
            drop(waiting);
            drop(first);
            // The turn is kept for the one that leaves now.
            drop(called);
            last
        };
        assert!(poll(last.as_mut()).is_some());
        assert_eq!(turns.taken(), 0);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_that_come_and_leave_lose_none() {
        let turns = Arc::new(Turns::default());
        turns.grow_to(3);
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..500 {
            let turns = Arc::clone(&turns);
            tasks.spawn(async move {
                let priority = Priority::new(number % 3);
                for round in 0..20 {
                    let impatient = (number + round) % 4 == 0;
                    tokio::select! {
                        turn = turns.take(&priority) => {
                            assert!(turns.taken() <= 3);
                            tokio::task::yield_now().await;
                            drop(turn);
                        }
                        () = tokio::task::yield_now(), if impatient => {}
                    }
                }
            });
        }
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
        assert_eq!(turns.taken(), 0);
        assert!(turns.queue().waiting.is_empty());
    }
}
