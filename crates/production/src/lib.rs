//! How one audiobook is made, whoever asks for it: the command line, or a job of the master.
//!
//! An [`Order`] says what is wanted of a book, a [`Studio`] has the voices, the clips and everybody
//! who speaks, and [`make`] is the whole product: read, plan, speak, encode, publish. What happens
//! meanwhile is told as [`Report`]s.

mod cast;
mod casting;
mod chapters;
mod claim;
mod cluster;
mod data;
mod edition;
mod edits;
mod encoding;
mod error;
mod estimate;
mod finished;
mod make;
mod narrator;
mod order;
mod repertoire;
mod report;
mod studio;

pub use casting::{Casting, CastingError};
pub use chapters::{Chapters, ChaptersError};
pub use claim::{Claimed, claimed, release_job};
pub use cluster::{Address, AddressError};
pub use data::DataFolder;
pub use edition::numbered;
pub use edits::{ChapterEdit, Edits, MetadataEdits, opening};
pub use error::{Dead, MakeError};
pub use estimate::expected_duration;
pub use make::{Look, Made, Run, carry_out, look, make};
pub use narrator::Narrator;
pub use order::{Correction, Order, OutputWish, Reading, VoiceWish};
pub use repertoire::{Installed, offered};
pub use report::Report;
pub use studio::{Studio, THIS_MACHINE};
