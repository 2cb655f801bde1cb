//! The list of a stream's fragments that players read: HLS (RFC 8216 and its second edition), of the
//! kind that only grows. Players may ask for a fragment to come, and be answered when it is there.

use std::fmt::Write as _;

use super::{ChapterStream, FRAGMENT_SECONDS, packets_of};
use crate::aac::PACKET;

/// The playlist of what can be heard by now. Names are relative: `init.mp4`, `0.m4s`, `1.m4s`, …
#[must_use]
pub fn playlist(stream: &ChapterStream) -> String {
    let Some(rate) = stream.sample_rate() else {
        return empty();
    };
    let longest = seconds(packets_of(1, rate), rate);
    let mut text = header(longest.round());
    text.push_str("#EXT-X-MAP:URI=\"init.mp4\"\n");
    for (number, packets) in stream.fragments().enumerate() {
        let length = seconds(packets, rate);
        // Writing to a string does not fail.
        let _ = write!(text, "#EXTINF:{length:.6},\n{number}.m4s\n");
    }
    if stream.is_complete() {
        text.push_str("#EXT-X-ENDLIST\n");
    }
    text
}

/// The playlist of a stream of which nothing can be heard yet.
#[must_use]
pub fn empty() -> String {
    #[expect(clippy::cast_precision_loss, reason = "four")]
    header(FRAGMENT_SECONDS as f64)
}

fn header(longest_seconds: f64) -> String {
    format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{longest_seconds}\n#EXT-X-MEDIA-SEQUENCE:0\n\
         #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-INDEPENDENT-SEGMENTS\n\
         #EXT-X-START:TIME-OFFSET=0,PRECISE=YES\n"
    )
}

fn seconds(packets: std::ops::Range<u64>, rate: u32) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "packets of four seconds")]
    let samples = ((packets.end - packets.start) * PACKET as u64) as f64;
    samples / f64::from(rate)
}
