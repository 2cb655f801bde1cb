//! How loud streams are.

use audiotome_audio::{Gain, measure_gain, provisional_gain};
use audiotome_core::Plan;

use super::{ListenError, Place, present};
use crate::database::gains;
use crate::job::Job;
use crate::master::{Master, lock};

impl Master {
    /// How loud a stream is: that of the audiobook, where the first minute of the book is spoken; before
    /// that, as loud as what is spoken of it asks for. It stays as loud as it began.
    pub(super) async fn gain(
        &self,
        job: &Job,
        plan: &Plan,
        place: &Place,
        first: usize,
    ) -> Result<Option<Gain>, ListenError> {
        let loudness = job.order.output.loudness;
        let kept = self.database.call({
            let place = place.clone();
            move |connection| gains::get(connection, &place.job, place.chapter, place.from)
        });
        let mut decibels = kept.await?;
        if decibels.is_none() {
            let mut gain = self.measured(job, plan).await?;
            if gain.is_none() {
                let ahead = provisional_gain(&*self.store, &plan.segments[first..], loudness);
                gain = present(ahead.await)?;
            }
            let Some(gain) = gain else {
                return Ok(None);
            };
            let place = place.clone();
            let kept = self.database.call(move |connection| {
                let Place { job, chapter, from } = &place;
                gains::keep(connection, job, *chapter, *from, gain.decibels())
            });
            decibels = kept.await?;
        }
        Ok(decibels.map(|decibels| match loudness.target_lufs {
            Some(_) => Gain::new(decibels, loudness.true_peak_dbtp),
            None => Gain::UNITY,
        }))
    }

    /// How loud the audiobook of a job is; `None` as long as its first minute is not spoken.
    async fn measured(&self, job: &Job, plan: &Plan) -> Result<Option<Gain>, ListenError> {
        // A job that has changed since may have another first minute.
        let mark = format!("{} {}", job.id, job.updated);
        if let Some(known) = lock(&self.listening.measured).get(&mark) {
            return Ok(Some(*known));
        }
        let measured = measure_gain(&*self.store, plan, job.order.output.loudness).await;
        let measured = present(measured)?;
        if let Some(gain) = measured {
            lock(&self.listening.measured).insert(mark, gain);
        }
        Ok(measured)
    }
}
