//! Media is protected as the listener's policy says.

use antiphon_tests::simulator::{Setup, Simulator};
use media_io::net::Guard;
use media_io::sdp::Security;
use media_io::srtp::Suite;

/// The secret of the first offer; the last letter of the second one differs.
const LINE: &str = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 \
                    inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
const OTHER_LINE: &str = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 \
                          inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVr\r\n";

fn offer(profile: &str, crypto: &str) -> String {
    format!(
        "v=0\r\no=phone 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
         m=audio 4000 {profile} 0\r\n{crypto}"
    )
}

fn sim_with(security: Security) -> Simulator {
    let mut setup = Setup::default();
    setup.settings.security = security;
    Simulator::with(setup)
}

fn answer(sim: &Simulator, name: char) -> String {
    let answer = sim.caller(name).answer.clone().expect("the call was answered");
    String::from_utf8(answer).unwrap()
}

#[test]
fn who_offers_keys_gets_one_back_and_its_media_is_guarded() {
    for security in [Security::Optional, Security::Required] {
        for profile in ["RTP/AVP", "RTP/SAVP"] {
            let mut sim = sim_with(security);
            sim.offer('a', &offer(profile, LINE));
            let answer = answer(&sim, 'a');
            assert!(answer.contains(&format!("{profile} 0\r\n")), "{answer}");
            assert_eq!(answer.matches("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:").count(), 1);
            let Some(Guard::Secured(keys)) = sim.guard('a') else { panic!("not secured") };
            assert_eq!(keys.ours.suite(), Suite::AesCm128HmacSha1_80);
            assert_ne!(keys.ours.secret(), keys.theirs.secret(), "each sends with its own");
        }
    }
}

#[test]
fn no_two_calls_get_the_same_key() {
    let mut sim = sim_with(Security::Optional);
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for name in ['a', 'b', 'c'] {
        sim.offer(name, &offer("RTP/SAVP", LINE));
        let Some(Guard::Secured(keys)) = sim.guard(name) else { panic!("not secured") };
        assert!(!secrets.contains(&keys.ours.secret().to_vec()));
        secrets.push(keys.ours.secret().to_vec());
    }
}

#[test]
fn who_offers_no_keys_is_refused_where_they_are_required() {
    let mut sim = sim_with(Security::Required);
    sim.offer('a', &offer("RTP/AVP", ""));
    let rejection = sim.caller('a').rejection.clone().expect("refused");
    assert_eq!(rejection.status, 488);
    let (code, text) = rejection.warning.expect("a warning");
    assert!(code == 302 && text.contains("SRTP is required"), "{code} {text}");
}

#[test]
fn plain_media_is_clear_where_protection_is_optional() {
    let mut sim = sim_with(Security::Optional);
    sim.offer('a', &offer("RTP/AVP", ""));
    assert!(!answer(&sim, 'a').contains("crypto"));
    assert_eq!(sim.guard('a'), Some(&Guard::Clear));
}

#[test]
fn where_nothing_is_protected_keys_are_passed_over_and_savp_is_refused() {
    let mut sim = sim_with(Security::Plain);
    sim.offer('a', &offer("RTP/AVP", LINE));
    assert!(!answer(&sim, 'a').contains("crypto"));
    assert_eq!(sim.guard('a'), Some(&Guard::Clear));
    sim.offer('b', &offer("RTP/SAVP", LINE));
    let rejection = sim.caller('b').rejection.clone().expect("refused");
    assert_eq!((rejection.status, rejection.warning.map(|it| it.0)), (488, Some(302)));
}

#[test]
fn a_re_invite_with_another_key_is_put_in_force() {
    let mut sim = sim_with(Security::Required);
    sim.offer('a', &offer("RTP/SAVP", LINE));
    let Some(Guard::Secured(before)) = sim.guard('a').cloned() else { panic!("not secured") };
    sim.acknowledge('a');
    sim.reoffer('a', offer("RTP/SAVP", OTHER_LINE));
    let Some(Guard::Secured(after)) = sim.guard('a').cloned() else { panic!("not secured") };
    assert_ne!(before.theirs.secret(), after.theirs.secret());
    assert_eq!(before.ours, after.ours, "ours goes on, with all that was counted");
}

#[test]
fn before_an_offer_of_ours_is_answered_nothing_passes() {
    let mut sim = sim_with(Security::Required);
    sim.invite('a', antiphon_tests::simulator::Phone { offers: false, ..Default::default() });
    let offer = answer(&sim, 'a');
    assert!(offer.contains("RTP/SAVP") && offer.matches("a=crypto:").count() == 6, "{offer}");
    assert_eq!(sim.guard('a'), Some(&Guard::Closed));
}
