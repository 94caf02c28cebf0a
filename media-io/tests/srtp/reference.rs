//! Packets that libsrtp publishes as its reference (its `test/srtp_driver.c`), from master key to
//! tag: what they prove is that all of ours is as others have it.

use media_io::srtp::{MasterKey, Opener, SUITES, Sealer, Suite};

use crate::common::{hex, key, open, open_rtcp, rtcp, rtp, seal, seal_rtcp};

const RTP: &str = "800f1234decafbadcafebabeabababababababababababababababab";
const RTCP: &str = "81c8000bcafebabeabababababababababababababababab";

struct Reference {
    suite: Suite,
    secret: &'static str,
    rtp: &'static str,
    rtcp: Option<&'static str>,
}

const REFERENCES: [Reference; 3] = [
    Reference {
        suite: Suite::AesCm128HmacSha1_80,
        secret: "e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6",
        rtp: "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb",
        rtcp: Some("81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798"),
    },
    Reference {
        suite: Suite::Aes256CmHmacSha1_80,
        secret: "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6\
                 3b04803de51ee7c96423ab5b78d2",
        rtp: "800f1234decafbadcafebabef1d9de17ff251ff1aa007774b0b4b40da08d9d9a5b3a55d8873b",
        rtcp: None,
    },
    Reference {
        suite: Suite::AeadAes128Gcm,
        secret: "000102030405060708090a0b0c0d0e0fa0a1a2a3a4a5a6a7a8a9aaab",
        rtp: "800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06ed2976826f796b201\
              df3131a127e8a392",
        rtcp: Some(
            "81c8000bcafebabec98b8b5df0392a55852b6c21ac8e7025c52c6fbea2b3b446\
             ea31123ba88ce61e80000001",
        ),
    },
];

#[test]
fn reference_packets_are_sealed_and_opened() {
    for reference in REFERENCES {
        let key = MasterKey::new(reference.suite, &hex(reference.secret)).unwrap();
        let (mut sealer, mut opener) = (Sealer::new(&key), Opener::new(&key));
        assert_eq!(seal(&mut sealer, &hex(RTP)), hex(reference.rtp), "{:?}", reference.suite);
        assert_eq!(open(&mut opener, &hex(reference.rtp)), Ok(hex(RTP)));
        let Some(sealed) = reference.rtcp else { continue };
        // libsrtp gives its first packet the index 1, we give it 0 (RFC 3711, 3.2.1).
        seal_rtcp(&mut sealer, &rtcp());
        assert_eq!(seal_rtcp(&mut sealer, &hex(RTCP)), hex(sealed), "{:?}", reference.suite);
        assert_eq!(open_rtcp(&mut opener, &hex(sealed)), Ok(hex(RTCP)));
    }
}

#[test]
fn every_suite_opens_what_it_sealed_and_hides_the_payload() {
    for suite in SUITES {
        let key = key(suite, 1);
        let (mut sealer, mut opener) = (Sealer::new(&key), Opener::new(&key));
        for sequence in 0..300 {
            let sealed = seal(&mut sealer, &rtp(sequence));
            assert_eq!(
                sealed[..12],
                rtp(sequence)[..12],
                "{suite:?}: the header stays in the clear"
            );
            assert_ne!(sealed[12..172], rtp(sequence)[12..]);
            assert_eq!(open(&mut opener, &sealed), Ok(rtp(sequence)), "{suite:?}");
            let sealed = seal_rtcp(&mut sealer, &rtcp());
            assert_eq!(open_rtcp(&mut opener, &sealed), Ok(rtcp()), "{suite:?}");
        }
    }
}

#[test]
fn sources_and_extension_of_the_header_stay_in_the_clear() {
    // Two contributing sources and an extension of two words, whose elements have padding between.
    let header = hex("92000001000003e8cafebabe0000000100000002bede0002100000001000aa00");
    for suite in SUITES {
        let key = key(suite, 1);
        let mut packet = header.clone();
        packet.extend([7; 160]);
        let sealed = seal(&mut Sealer::new(&key), &packet);
        assert_eq!(sealed[..header.len()], header, "{suite:?}");
        assert_ne!(sealed[header.len()..packet.len()], packet[header.len()..]);
        assert_eq!(open(&mut Opener::new(&key), &sealed), Ok(packet), "{suite:?}");
    }
}
