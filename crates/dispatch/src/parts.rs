//! A plan of several voices: each voice's segments are a plan of their own, spoken beside the others.
//!
//! So a speaker, or a lane of the queue, has one engine and one voice from beginning to end, however
//! many a book has. The parts share the turns of the speakers as equal books do, and what is told of
//! them is told of the whole.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use audiotome_core::{DeadLetter, Event, Plan, PlannedChapter};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::round::{DispatchError, Outcome};
use crate::settings::Settings;

/// What one voice speaks of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) plan: Arc<Plan>,
    /// For each segment, its index in the whole plan.
    segments: Arc<Vec<usize>>,
    /// For each chapter, its index in the whole plan.
    chapters: Vec<usize>,
}

/// What each voice speaks of a plan, in the order in which they begin.
pub(crate) fn parts(plan: &Plan) -> Vec<Part> {
    let mut by_voice: Vec<Part> = Vec::new();
    let mut known = HashMap::new();
    for (chapter, planned) in plan.chapters.iter().enumerate() {
        for index in planned.segments.clone() {
            let segment = &plan.segments[index];
            let utterance = &segment.utterance;
            let voice = (&segment.engine, &utterance.voice, utterance.speed);
            let place = *known.entry(voice).or_insert_with(|| {
                by_voice.push(Part::empty(plan, index));
                by_voice.len() - 1
            });
            by_voice[place].add(plan, chapter, index);
        }
    }
    by_voice
}

impl Part {
    fn empty(plan: &Plan, segment: usize) -> Self {
        Self {
            plan: Arc::new(Plan {
                narration: plan.narration_of(&plan.segments[segment]),
                chapters: Vec::new(),
                segments: Vec::new(),
            }),
            segments: Arc::default(),
            chapters: Vec::new(),
        }
    }

    fn add(&mut self, whole: &Plan, chapter: usize, segment: usize) {
        let plan = Arc::make_mut(&mut self.plan);
        let end = plan.segments.len();
        if self.chapters.last() != Some(&chapter) {
            self.chapters.push(chapter);
            plan.chapters.push(PlannedChapter {
                segments: end..end,
                ..whole.chapters[chapter].clone()
            });
        }
        plan.segments.push(whole.segments[segment].clone());
        if let Some(last) = plan.chapters.last_mut() {
            last.segments.end = end + 1;
        }
        Arc::make_mut(&mut self.segments).push(segment);
    }

    /// The same settings for this part alone.
    fn settings(&self, whole: &Settings) -> Settings {
        Settings {
            position: whole.position.within(&self.segments),
            ..whole.clone()
        }
    }
}

/// Speaks all parts at once, each with `speak`. When one can't go on, the others end what they are
/// at, too.
///
/// # Errors
/// That of the first part that can't go on.
pub(crate) async fn speak_all<F>(
    whole: &Plan,
    parts: Vec<Part>,
    settings: Settings,
    events: UnboundedSender<Event>,
    cancel: CancellationToken,
    speak: impl Fn(Arc<Plan>, Settings, UnboundedSender<Event>, CancellationToken) -> F,
) -> Result<Outcome, DispatchError>
where
    F: Future<Output = Result<Outcome, DispatchError>> + Send + 'static,
{
    let stop = cancel.child_token();
    let teller = Arc::new(Teller::new(whole, &parts, events));
    let (mut speaking, mut telling) = (JoinSet::new(), JoinSet::new());
    for part in parts {
        let (sender, receiver) = unbounded_channel();
        let spoken = speak(
            Arc::clone(&part.plan),
            part.settings(&settings),
            sender,
            stop.clone(),
        );
        let segments = Arc::clone(&part.segments);
        speaking.spawn(async move { (segments, spoken.await) });
        telling.spawn(Arc::clone(&teller).pass_on(part, receiver));
    }
    let mut all = Ok(Outcome::default());
    while let Some(ended) = speaking.join_next().await {
        let (segments, outcome) = ended.expect("a part does not panic");
        match (outcome, &mut all) {
            (Ok(outcome), Ok(all)) => {
                all.cancelled |= outcome.cancelled;
                all.dead
                    .extend(outcome.dead.into_iter().map(|letter| DeadLetter {
                        task: segments[letter.task],
                        ..letter
                    }));
            }
            (Err(error), Ok(_)) => {
                stop.cancel();
                all = Err(error);
            }
            (_, Err(_)) => {}
        }
    }
    while telling.join_next().await.is_some() {}
    all.map(|mut outcome| {
        outcome.dead.sort_by_key(|letter| letter.task);
        outcome
    })
}

/// Tells of the parts as of one plan.
struct Teller {
    events: UnboundedSender<Event>,
    state: Mutex<Told>,
}

/// What is known of the parts so far.
struct Told {
    /// The sum of what the parts have planned, and how many of them have yet to tell.
    planned: Event,
    unplanned: usize,
    /// News that came before that.
    held: Vec<Event>,
    /// For each chapter, how many parts have yet to speak their share.
    waiting: Vec<usize>,
}

impl Teller {
    fn new(whole: &Plan, parts: &[Part], events: UnboundedSender<Event>) -> Self {
        let mut waiting = vec![0; whole.chapters.len()];
        for chapter in parts.iter().flat_map(|part| &part.chapters) {
            waiting[*chapter] += 1;
        }
        let planned = Event::Planned {
            chapters: whole.chapters.len(),
            segments: 0,
            reused: 0,
            characters: 0,
            reused_characters: 0,
        };
        Self {
            events,
            state: Mutex::new(Told {
                planned,
                unplanned: parts.len(),
                held: Vec::new(),
                waiting,
            }),
        }
    }

    async fn pass_on(self: Arc<Self>, part: Part, mut events: UnboundedReceiver<Event>) {
        while let Some(event) = events.recv().await {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            for event in state.hear(&part, event) {
                // Nobody listening is fine: events are for displays.
                let _ = self.events.send(event);
            }
        }
    }
}

impl Told {
    /// What is to be told of the whole after this news of a part.
    fn hear(&mut self, part: &Part, event: Event) -> Vec<Event> {
        let news = match event {
            Event::Planned {
                segments,
                reused,
                characters,
                reused_characters,
                ..
            } => {
                self.plan([segments, reused, characters, reused_characters]);
                if self.unplanned > 0 {
                    return Vec::new();
                }
                let mut told = vec![self.planned.clone()];
                told.append(&mut self.held);
                return told;
            }
            Event::ChapterSpoken { chapter } => {
                let chapter = part.chapters[chapter];
                self.waiting[chapter] -= 1;
                (self.waiting[chapter] == 0).then_some(Event::ChapterSpoken { chapter })
            }
            event => Some(of_whole(event, &part.segments)),
        };
        if self.unplanned > 0 {
            self.held.extend(news);
            return Vec::new();
        }
        news.into_iter().collect()
    }

    fn plan(&mut self, more: [usize; 4]) {
        self.unplanned -= 1;
        if let Event::Planned {
            segments,
            reused,
            characters,
            reused_characters,
            ..
        } = &mut self.planned
        {
            let sums = [segments, reused, characters, reused_characters];
            for (sum, more) in sums.into_iter().zip(more) {
                *sum += more;
            }
        }
    }
}

/// An event of a part with the index that its segment has in the whole plan.
fn of_whole(mut event: Event, segments: &[usize]) -> Event {
    match &mut event {
        Event::Speaking { segment, .. }
        | Event::Hedged { segment, .. }
        | Event::Spoken { segment, .. }
        | Event::Retried { segment, .. }
        | Event::Died { segment, .. } => *segment = segments[*segment],
        Event::Planned { .. }
        | Event::WorkerAway { .. }
        | Event::WorkerHeldUp { .. }
        | Event::WorkerUnfit { .. }
        | Event::Waiting { .. }
        | Event::ChapterSpoken { .. }
        | Event::ChapterEncoded { .. } => {}
    }
    event
}
