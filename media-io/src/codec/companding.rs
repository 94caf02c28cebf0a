//! Companding of whole payloads, for both laws of G.711.
//!
//! A law is two functions of one sample without a branch or a table, which compilers turn into
//! vectors; they are compiled for several kinds of processors and chosen when the program runs. What
//! a law computes does not depend on that, and the tests of each prove it for every sample, code and
//! target.

/// Defines `encode` and `decode` for a law and a list of targets, the best first.
macro_rules! companding {
    ($compress:path, $expand:path; $($target:literal),+) => {
        /// Compresses as many samples as both slices hold, and returns how many.
        #[multiversion::multiversion(targets($($target),+))]
        pub(super) fn encode(samples: &[i16], payload: &mut [u8]) -> usize {
            for (byte, sample) in payload.iter_mut().zip(samples) {
                *byte = $compress(*sample);
            }
            payload.len().min(samples.len())
        }

        /// Expands as many codes as both slices hold, and returns how many.
        #[multiversion::multiversion(targets($($target),+))]
        pub(super) fn decode(payload: &[u8], samples: &mut [i16]) -> usize {
            for (sample, code) in samples.iter_mut().zip(payload) {
                *sample = $expand(*code);
            }
            samples.len().min(payload.len())
        }
    };
}

/// A law's functions, for all targets that are worth it.
macro_rules! dispatched {
    ($compress:path, $expand:path) => {
        $crate::codec::companding::companding!(
            $compress, $expand;
            "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl", "x86_64+avx2"
        );
    };
}

pub(super) use {companding, dispatched};

/// Compares a law's functions on every target with the recommendation's algorithm, one sample at a
/// time.
#[cfg(test)]
macro_rules! proofs {
    ($compress:path, $expand:path; $encode_sample:path, $decode_code:path) => {
        /// What is not compiled for this architecture, or is part of the least of it, is never
        /// chosen.
        mod plain {
            $crate::codec::companding::companding!($compress, $expand; "aarch64+neon");
        }
        mod avx2 {
            $crate::codec::companding::companding!($compress, $expand; "x86_64+avx2");
        }
        mod avx512 {
            $crate::codec::companding::companding!(
                $compress, $expand; "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl"
            );
        }

        #[test]
        fn every_sample_has_the_same_code_on_every_target() {
            let samples: Vec<i16> = (i16::MIN..=i16::MAX).collect();
            let expected: Vec<u8> = samples.iter().map(|s| $encode_sample(*s)).collect();
            for encode in [super::encode, plain::encode, avx2::encode, avx512::encode] {
                // Whole vectors, and what is over at a payload's end.
                for length in [samples.len(), 160, 7] {
                    let mut codes = vec![0; samples.len()];
                    for (samples, codes) in samples.chunks(length).zip(codes.chunks_mut(length)) {
                        assert_eq!(encode(samples, codes), codes.len());
                    }
                    assert_eq!(codes, expected);
                }
            }
        }

        #[test]
        fn every_code_is_the_same_sample_on_every_target() {
            let codes: Vec<u8> = (0..=u8::MAX).collect();
            let expected: Vec<i16> = codes.iter().map(|code| $decode_code(*code)).collect();
            for decode in [super::decode, plain::decode, avx2::decode, avx512::decode] {
                for length in [codes.len(), 7] {
                    let mut samples = vec![0; codes.len()];
                    for (codes, samples) in codes.chunks(length).zip(samples.chunks_mut(length)) {
                        assert_eq!(decode(codes, samples), samples.len());
                    }
                    assert_eq!(samples, expected);
                }
            }
        }
    };
}

#[cfg(test)]
pub(super) use proofs;
