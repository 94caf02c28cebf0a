//! Attributes, defaults and cross-attribute rules of the conference requests (5.1 to 5.4).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::num::NonZeroU32;

use common::{LINE, answer, canonical, request};
use mscp_proto::Request;
use mscp_proto::conference::{
    AudioMixingPolicy, CreateConference, DEFAULT_VAS, Join, Tone, VideoMixingPolicy,
};
use mscp_proto::datatype::MediaType;
use mscp_proto::shared::{ConferenceSubscribe, Direction, Item, Streams};

#[test]
fn what_is_left_out_has_the_drafts_default() {
    let expected = CreateConference {
        reservedtalkers: None,
        reservedlisteners: None,
        reservedmedia: MediaType::Audio,
        audiomixingpolicy: AudioMixingPolicy::NBest(0),
        videomixingpolicy: None,
        subscribe: ConferenceSubscribe::default(),
    };
    assert_eq!(expected, CreateConference::default());
    assert_eq!(request("<createconference/>"), Ok(Request::CreateConference(expected)));

    let Ok(Request::Join(join)) = request(r#"<join id1="a" id2="b"/>"#) else { panic!("not read") };
    assert_eq!(join, Join::new("a", "b"));
    assert_eq!((&join.entertone, &join.exittone), (&Tone::On, &Tone::On));
    assert!(join.autoinputgain && join.autooutputgain && join.dtmfclamp && join.toneclamp);
    assert!(!join.mediapreferred);
    assert_eq!(join.streams, Streams::audio_only(Direction::Both));
}

#[test]
fn what_is_given_is_kept() {
    let xml = r#"<createconference reservedtalkers="5" reservedlisteners="+03"
        reservedmedia="audiovideo" audiomixingpolicy="nbest" audiomixingnbest="3"
        videomixingpolicy="vas" videomixingvas="7" v:tag="x">
        <subscribe><item name="activespeaker" value="2"/><item name="attendance" value="true"/>
        <item name="weather" value="fine"/></subscribe><v:thing/></createconference>"#;
    let expected = CreateConference {
        reservedtalkers: Some(5),
        reservedlisteners: Some(3),
        reservedmedia: MediaType::AudioVideo,
        audiomixingpolicy: AudioMixingPolicy::NBest(3),
        videomixingpolicy: NonZeroU32::new(7).map(VideoMixingPolicy::Vas),
        subscribe: ConferenceSubscribe {
            activespeaker: NonZeroU32::new(2),
            attendance: true,
            ignored: vec![Item::new("weather", "fine")],
        },
    };
    assert_eq!(request(xml), Ok(Request::CreateConference(expected)));

    let xml = r#"<join id1="a" id2="b" mediapreferred="true" entertone="http://x/in.wav"
        exittone="false" autoinputgain="false" autooutputgain="false" dtmfclamp="false"
        toneclamp="false"><stream type="audio" direction="receive"/></join>"#;
    let expected = Join {
        mediapreferred: true,
        entertone: Tone::Uri("http://x/in.wav".into()),
        exittone: Tone::Off,
        autoinputgain: false,
        autooutputgain: false,
        dtmfclamp: false,
        toneclamp: false,
        streams: Streams::audio_only(Direction::Receive),
        ..Join::new("a", "b")
    };
    assert_eq!(request(xml), Ok(Request::Join(expected)));
}

/// 5.1: media, audio policy, video policy, and what is wrong with the three together.
#[test]
fn mixing_policies_go_together() {
    let needs_audio = Some("needs an audiomixingpolicy");
    let video_too = Some("needs videomixingpolicy=\"manual\" too");
    let audio_too = Some("needs audiomixingpolicy=\"manual\" too");
    let table = [
        ("audio", "", "", None),
        ("audio", "manual", "", None),
        ("audio", "nbest", "manual", None),
        ("audio", "", "manual", None),
        ("video", "", "", needs_audio),
        ("video", "", "vas", needs_audio),
        ("video", "", "manual", needs_audio),
        ("video", "nbest", "", None),
        ("video", "nbest", "vas", None),
        ("video", "nbest", "userdefined", None),
        ("video", "nbest", "manual", audio_too),
        ("video", "manual", "", video_too),
        ("video", "manual", "vas", video_too),
        ("video", "manual", "userdefined", video_too),
        ("video", "manual", "manual", None),
    ];
    for media in ["video", "audiovideo"] {
        for (row_media, audio, video, fault) in table {
            let media = if row_media == "audio" { "audio" } else { media };
            let attribute = |name: &str, value: &str| match value {
                "" => String::new(),
                value => format!(" {name}=\"{value}\""),
            };
            let xml = format!(
                "<createconference reservedmedia=\"{media}\"{}{}/>",
                attribute("audiomixingpolicy", audio),
                attribute("videomixingpolicy", video)
            );
            let result = request(&xml);
            match fault {
                None => assert!(result.is_ok(), "{xml}: {result:?}"),
                Some(reason) => {
                    let error = result.expect_err(&xml);
                    assert!(error.reason.contains(reason), "{xml}: {error}");
                    let answer = answer(&error);
                    assert!(answer.starts_with("<errorconferencecreate conferenceid=\"fresh1\""));
                }
            }
        }
    }
}

#[test]
fn the_number_of_a_policy_belongs_to_it() {
    let policy = |xml: &str| match request(xml) {
        Ok(Request::CreateConference(create)) => {
            (create.audiomixingpolicy, create.videomixingpolicy)
        }
        other => panic!("{xml}: {other:?}"),
    };
    let nbest = AudioMixingPolicy::NBest;
    assert_eq!(policy(r#"<createconference audiomixingnbest="4"/>"#), (nbest(4), None));
    assert_eq!(
        policy(r#"<createconference audiomixingpolicy="manual" audiomixingnbest="4"/>"#),
        (AudioMixingPolicy::Manual, None)
    );
    assert_eq!(
        policy(r#"<createconference videomixingpolicy="vas"/>"#),
        (nbest(0), Some(VideoMixingPolicy::Vas(DEFAULT_VAS)))
    );
    assert_eq!(DEFAULT_VAS.get(), 3);
    assert_eq!(policy(r#"<createconference videomixingvas="9"/>"#), (nbest(0), None));
}

#[test]
fn faults_are_answered_with_the_requests_own_element() {
    let table = [
        // Request, reason, answer up to the reason.
        (
            r#"<createconference reservedtalkers="many"/>"#,
            "reservedtalkers must be a whole number",
            CREATE,
        ),
        (
            r#"<createconference reservedtalkers="-1"/>"#,
            "reservedtalkers must be a whole number",
            CREATE,
        ),
        (
            r#"<createconference reservedtalkers=""/>"#,
            "reservedtalkers must be a whole number",
            CREATE,
        ),
        (
            r#"<createconference reservedlisteners="4294967296"/>"#,
            "may be 4294967295 at most",
            CREATE,
        ),
        (r#"<createconference reservedmedia="smell"/>"#, "reservedmedia must be \"audio\"", CREATE),
        (
            r#"<createconference audiomixingpolicy="loud"/>"#,
            "audiomixingpolicy must be \"nbest\"",
            CREATE,
        ),
        (r#"<createconference audiomixingnbest="x"/>"#, "audiomixingnbest must be", CREATE),
        (
            r#"<createconference videomixingpolicy="nice"/>"#,
            "videomixingpolicy must be \"vas\"",
            CREATE,
        ),
        (
            r#"<createconference videomixingvas="0"/>"#,
            "videomixingvas must be 1 second or more",
            CREATE,
        ),
        (r#"<createconference videomixingvas="x"/>"#, "videomixingvas must be", CREATE),
        (
            r#"<createconference activespeakernotification="x"/>"#,
            "activespeakernotification must be",
            CREATE,
        ),
        (
            r#"<createconference><subscribe><item name="activespeaker" value="x"/></subscribe></createconference>"#,
            "value must be a whole number",
            CREATE,
        ),
        (
            r#"<createconference><namelist/></createconference>"#,
            "<namelist> is not allowed",
            CREATE,
        ),
        (r#"<createconference conferenceid="c"/>"#, "has no attribute conferenceid", CREATE),
        (
            r#"<destroyconference conferenceid="c" x="y"/>"#,
            "has no attribute x",
            r#"<errorconferencedestroy conferenceid="c" reason="#,
        ),
        (r#"<destroyconference/>"#, "needs the attribute conferenceid", GENERAL),
        (r#"<destroyconference conferenceid=""/>"#, "must not be empty", GENERAL),
        (r#"<join id1="a"/>"#, "needs the attribute id2", GENERAL),
        (r#"<join id2="a"/>"#, "needs the attribute id1", GENERAL),
        (
            r#"<join id1="a" id2="b" mediapreferred="yes"/>"#,
            "mediapreferred must be \"true\"",
            JOIN,
        ),
        (r#"<join id1="a" id2="b" entertone=""/>"#, "entertone must be", JOIN),
        (r#"<join id1="a" id2="b" exittone=" "/>"#, "exittone must be", JOIN),
        (r#"<join id1="a" id2="b" autoinputgain="1"/>"#, "autoinputgain must be", JOIN),
        (r#"<join id1="a" id2="b" autooutputgain="1"/>"#, "autooutputgain must be", JOIN),
        (r#"<join id1="a" id2="b" dtmfclamp="1"/>"#, "dtmfclamp must be", JOIN),
        (r#"<join id1="a" id2="b" toneclamp="TRUE"/>"#, "toneclamp must be", JOIN),
        (r#"<join id1="a" id2="b" wtoneclamp="true"/>"#, "no attribute wtoneclamp", JOIN),
        (r#"<join id1="a" id2="b"><src/></join>"#, "<src> is not allowed", JOIN),
        (
            r#"<unjoin id1="a" id2="b" id3="c"/>"#,
            "no attribute id3",
            r#"<errorconferenceunjoin id1="a" id2="b" reason="#,
        ),
        (
            r#"<unjoin id1="a" id2="b"><stream/></unjoin>"#,
            "<stream> is not allowed",
            r#"<errorconferenceunjoin id1="a""#,
        ),
        (r#"<unjoin id1="a"/>"#, "needs the attribute id2", GENERAL),
        (r#"<jion id1="a" id2="b"/>"#, "MSCP 1.0 has no request <jion>", GENERAL),
    ];
    for (xml, reason, expected) in table {
        let error = request(xml).expect_err(xml);
        assert!(error.reason.contains(reason), "{xml}: {error}");
        assert_eq!(error.line, LINE, "{xml}");
        assert!(answer(&error).starts_with(expected), "{xml}: {}", answer(&error));
    }
}

const CREATE: &str = r#"<errorconferencecreate conferenceid="fresh1" reason="line 3, column "#;
const JOIN: &str = r#"<errorconferencejoin id1="a" id2="b" reason="line 3, column "#;
const GENERAL: &str = r#"<a:error xmlns:a="urn:antiphon:mscp:1" reason="#;

#[test]
fn defaults_are_not_written() {
    let table = [
        (
            r#"<createconference reservedmedia="audio" audiomixingpolicy="nbest" audiomixingnbest="0"
               activespeakernotification="0"/>"#,
            "<createconference/>",
        ),
        (
            r#"<createconference reservedmedia="video" audiomixingpolicy="nbest" audiomixingnbest="0"
               videomixingpolicy="vas" videomixingvas="3"/>"#,
            r#"<createconference reservedmedia="video" audiomixingpolicy="nbest" videomixingpolicy="vas"/>"#,
        ),
        (
            r#"<join id1="a" id2="b" mediapreferred="false" entertone="true" exittone="true"
               autoinputgain="true" autooutputgain="true" dtmfclamp="true" toneclamp="true"/>"#,
            r#"<join id1="a" id2="b"/>"#,
        ),
    ];
    for (xml, expected) in table {
        assert_eq!(canonical(xml).as_deref(), Ok(expected), "{xml}");
    }
}
