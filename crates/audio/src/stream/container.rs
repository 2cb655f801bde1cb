//! Fragmented MP4 (ISO/IEC 14496-12): what a player gets first, and each fragment after it.

use mp4_atom::{
    Audio, Dinf, Dref, Encode as _, Esds, FourCC, Ftyp, Hdlr, Mdhd, Mdia, Mfhd, Minf, Moof, Moov,
    Mp4a, Mvex, Mvhd, Smhd, Stbl, Stco, Stsd, Tfdt, Tfhd, Tkhd, Traf, Trak, Trex, Trun, TrunEntry,
    TrunSamples, Url, esds,
};

use crate::AudioError;
use crate::aac::{BITS_PER_SECOND, PACKET, rate_index};

/// There is one track.
const TRACK: u32 = 1;
/// Object type of MPEG-4 audio, and stream type of sound (ISO/IEC 14496-1, tables 5 and 6).
const MPEG4_AUDIO: u8 = 0x40;
const AUDIO_STREAM: u8 = 5;
/// Audio object type of AAC-LC (ISO/IEC 14496-3).
const LOW_COMPLEXITY: u8 = 2;
/// No sample needs another one.
const INDEPENDENT: u32 = 0x0200_0000;
/// Bytes of a box's size and kind.
const HEADER: usize = 8;

/// What a player gets before the fragments of a stream.
///
/// # Errors
/// When AAC has no such sample rate (Hz).
pub fn initial(sample_rate: u32) -> Result<Vec<u8>, AudioError> {
    let moov = Moov {
        mvhd: Mvhd {
            timescale: sample_rate,
            rate: 1.into(),
            volume: 1.into(),
            next_track_id: TRACK + 1,
            ..Mvhd::default()
        },
        mvex: Some(Mvex {
            trex: vec![Trex {
                track_id: TRACK,
                default_sample_description_index: 1,
                default_sample_duration: PACKET as u32,
                default_sample_flags: INDEPENDENT,
                ..Trex::default()
            }],
            ..Mvex::default()
        }),
        trak: vec![track(sample_rate)?],
        ..Moov::default()
    };
    let mut bytes = Vec::new();
    let brands = [b"iso5", b"iso6", b"mp41"].map(FourCC::new);
    let ftyp = Ftyp {
        major_brand: brands[0],
        minor_version: 0,
        compatible_brands: brands.to_vec(),
    };
    ftyp.encode(&mut bytes).map_err(refused)?;
    moov.encode(&mut bytes).map_err(refused)?;
    Ok(bytes)
}

fn track(sample_rate: u32) -> Result<Trak, AudioError> {
    Ok(Trak {
        tkhd: Tkhd {
            track_id: TRACK,
            enabled: true,
            in_movie: true,
            volume: 1.into(),
            ..Tkhd::default()
        },
        mdia: Mdia {
            mdhd: Mdhd {
                timescale: sample_rate,
                language: "und".to_owned(),
                ..Mdhd::default()
            },
            hdlr: Hdlr {
                handler: FourCC::new(b"soun"),
                name: String::new(),
            },
            minf: Minf {
                smhd: Some(Smhd::default()),
                dinf: Dinf {
                    dref: Dref {
                        entries: vec![Url::default().into()],
                    },
                },
                stbl: Stbl {
                    stsd: Stsd {
                        codecs: vec![sample_entry(sample_rate)?.into()],
                    },
                    stco: Some(Stco::default()),
                    ..Stbl::default()
                },
                ..Minf::default()
            },
        },
        ..Trak::default()
    })
}

fn sample_entry(sample_rate: u32) -> Result<Mp4a, AudioError> {
    let unknown = || AudioError::SampleRate(sample_rate);
    Ok(Mp4a {
        audio: Audio {
            data_reference_index: 1,
            channel_count: 1,
            sample_size: 16,
            sample_rate: u16::try_from(sample_rate).map_err(|_| unknown())?.into(),
        },
        esds: Esds {
            es_desc: esds::EsDescriptor {
                dec_config: esds::DecoderConfig {
                    object_type_indication: MPEG4_AUDIO,
                    stream_type: AUDIO_STREAM,
                    max_bitrate: BITS_PER_SECOND,
                    avg_bitrate: BITS_PER_SECOND,
                    dec_specific: Some(esds::DecoderSpecific {
                        profile: LOW_COMPLEXITY,
                        freq_index: rate_index(sample_rate).ok_or_else(unknown)?,
                        chan_conf: 1,
                        raw: Vec::new(),
                    }),
                    ..esds::DecoderConfig::default()
                },
                ..esds::EsDescriptor::default()
            },
        },
        btrt: None,
        taic: None,
    })
}

/// A fragment of AAC packets (without ADTS headers) that is heard from packet `start` of its stream on.
pub(super) fn fragment(
    number: usize,
    start: u64,
    packets: &[&[u8]],
) -> Result<Vec<u8>, AudioError> {
    let sizes = packets.iter().map(|packet| TrunEntry {
        size: u32::try_from(packet.len()).ok(),
        ..TrunEntry::default()
    });
    let mut moof = Moof {
        mfhd: Mfhd {
            sequence_number: u32::try_from(number + 1).unwrap_or(u32::MAX),
        },
        traf: vec![Traf {
            tfhd: Tfhd {
                track_id: TRACK,
                default_base_is_moof: true,
                ..Tfhd::default()
            },
            tfdt: Some(Tfdt {
                base_media_decode_time: start * PACKET as u64,
            }),
            trun: vec![Trun {
                data_offset: Some(0),
                samples: TrunSamples::Explicit(sizes.collect()),
            }],
            ..Traf::default()
        }],
    };
    // The sound begins after the header of its box; the offset itself has a fixed length.
    let mut bytes = Vec::new();
    moof.encode(&mut bytes).map_err(refused)?;
    moof.traf[0].trun[0].data_offset = i32::try_from(bytes.len() + HEADER).ok();
    bytes.clear();
    moof.encode(&mut bytes).map_err(refused)?;
    let sound = packets.concat();
    let length = u32::try_from(sound.len() + HEADER).unwrap_or(u32::MAX);
    bytes.extend(length.to_be_bytes());
    bytes.extend(b"mdat");
    bytes.extend(sound);
    Ok(bytes)
}

fn refused(error: mp4_atom::Error) -> AudioError {
    AudioError::Encoder {
        encoder: "mp4",
        reason: error.to_string(),
    }
}
