//! Whatever can be said is written so that it is read back as the same.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::num::NonZeroU32;
use std::time::Duration;

use common::parse;
use mscp_proto::conference::*;
use mscp_proto::datatype::{EventName, MediaType};
use mscp_proto::dialog::*;
use mscp_proto::extension::*;
use mscp_proto::id::{EndPoint, ParticipantId};
use mscp_proto::request::Foreign;
use mscp_proto::shared::*;
use mscp_proto::{Message, Notification, Request, Response};
use proptest::prelude::*;

proptest! {
    #[test]
    fn messages_survive_being_written(message in message()) {
        let xml = message.to_xml();
        prop_assert_eq!(parse(&xml), Ok(message), "{}", xml);
    }

    #[test]
    fn any_text_is_survived(text in "[<>/?!=\"'&;:a-z \\n\\[\\]-]{0,120}") {
        mscp_proto::fuzz::message(text.as_bytes());
    }

    #[test]
    fn damaged_messages_are_survived(message in message(), at: prop::sample::Index, byte: u8) {
        let mut xml = message.to_xml().into_bytes();
        let at = at.index(xml.len());
        xml[at] = byte;
        mscp_proto::fuzz::message(&xml);
        xml.truncate(at);
        mscp_proto::fuzz::message(&xml);
    }
}

fn message() -> impl Strategy<Value = Message> {
    let id = prop::option::of("[a-zA-Z_é][a-z0-9._-]{0,8}");
    prop_oneof![
        (id.clone(), request()).prop_map(|(id, body)| Message::Request { id, body }),
        (id, response()).prop_map(|(id, body)| Message::Response { id, body }),
        notification().prop_map(Message::Notification),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        prepare().prop_map(Request::DialogPrepare),
        start().prop_map(Request::DialogStart),
        create().prop_map(Request::CreateConference),
        id().prop_map(|id| Request::DestroyConference(DestroyConference {
            conferenceid: id.into()
        })),
        join().prop_map(Request::Join),
        pair().prop_map(|(id1, id2)| Request::Unjoin(Unjoin { id1, id2 })),
        Just(Request::Extension(ExtensionRequest::Audit(Audit))),
        Just(Request::Extension(ExtensionRequest::Watch(Watch))),
        Just(Request::Extension(ExtensionRequest::Capabilities(Capabilities))),
        id().prop_map(|id| {
            Request::Extension(ExtensionRequest::Hangup(Hangup { connectionid: id.into() }))
        }),
        foreign().prop_map(Request::Unknown),
    ]
}

fn response() -> impl Strategy<Value = Response> {
    let dialog = || (id(), prop::option::of(endpoint()), text());
    let conference = || (id(), text());
    let joined = || (pair(), text());
    prop_oneof![
        dialog().prop_map(|(id, endpoint, _)| Response::DialogPrepared(DialogPrepared {
            dialogid: id.into(),
            endpoint
        })),
        dialog().prop_map(|(id, endpoint, reason)| Response::ErrorDialogNotPrepared(
            ErrorDialogNotPrepared { dialogid: id.into(), endpoint, reason }
        )),
        dialog().prop_map(|(id, endpoint, reason)| Response::ErrorDialogWrongState(
            ErrorDialogWrongState { dialogid: id.into(), endpoint, reason }
        )),
        (id(), endpoint()).prop_map(|(id, endpoint)| Response::DialogStarted(DialogStarted {
            dialogid: id.into(),
            endpoint
        })),
        dialog().prop_map(|(id, endpoint, reason)| Response::ErrorDialogNotStarted(
            ErrorDialogNotStarted { dialogid: id.into(), endpoint, reason }
        )),
        id().prop_map(|id| Response::ConferenceCreated(ConferenceCreated {
            conferenceid: id.into()
        })),
        conference().prop_map(|(id, reason)| Response::ErrorConferenceCreate(
            ErrorConferenceCreate { conferenceid: id.into(), reason }
        )),
        id().prop_map(|id| Response::ConferenceDestroyed(ConferenceDestroyed {
            conferenceid: id.into()
        })),
        conference().prop_map(|(id, reason)| Response::ErrorConferenceDestroy(
            ErrorConferenceDestroy { conferenceid: id.into(), reason }
        )),
        pair().prop_map(|(id1, id2)| Response::ConferenceJoined(ConferenceJoined { id1, id2 })),
        joined().prop_map(|((id1, id2), reason)| Response::ErrorConferenceJoin(
            ErrorConferenceJoin { id1, id2, reason }
        )),
        pair().prop_map(|(id1, id2)| Response::ConferenceUnjoined(ConferenceUnjoined { id1, id2 })),
        joined().prop_map(|((id1, id2), reason)| Response::ErrorConferenceUnjoin(
            ErrorConferenceUnjoin { id1, id2, reason }
        )),
        (text(), any::<Option<(u32, u32)>>()).prop_map(|(reason, place)| Response::Error(
            ErrorReport {
                reason,
                line: place.map(|(line, _)| line),
                column: place.map(|(_, column)| column)
            }
        )),
        extension_response().prop_map(Response::Extension),
        foreign().prop_map(Response::Unknown),
    ]
}

fn extension_response() -> impl Strategy<Value = ExtensionResponse> {
    prop_oneof![
        audit_result().prop_map(ExtensionResponse::AuditResult),
        Just(ExtensionResponse::Watching(Watching)),
        id().prop_map(|id| ExtensionResponse::HungUp(HungUp { connectionid: id.into() })),
        (id(), text()).prop_map(|(id, reason)| {
            ExtensionResponse::ErrorHangup(ErrorHangup { connectionid: id.into(), reason })
        }),
        prop::collection::vec((id(), text()), 0..4).prop_map(|list| {
            let list = list.into_iter().map(|(name, value)| Capability { name, value });
            ExtensionResponse::CapabilitiesList(CapabilitiesList(list.collect()))
        }),
    ]
}

fn audit_result() -> impl Strategy<Value = AuditResult> {
    let conference = (id(), id(), any::<u32>()).prop_map(|(id, state, participants)| {
        AuditedConference { conferenceid: id.into(), state, participants }
    });
    let connection = (id(), id(), prop::option::of(text()))
        .prop_map(|(id, state, codec)| AuditedConnection { connectionid: id.into(), state, codec });
    let dialog = (id(), prop::option::of(endpoint()), id())
        .prop_map(|(id, endpoint, state)| AuditedDialog { dialogid: id.into(), endpoint, state });
    let join = (pair(), prop::option::of(direction()), prop::option::of(direction()))
        .prop_map(|((id1, id2), audio, video)| AuditedJoin { id1, id2, audio, video });
    let several = 0..3;
    (
        prop::collection::vec(conference, several.clone()),
        prop::collection::vec(connection, several.clone()),
        prop::collection::vec(dialog, several.clone()),
        prop::collection::vec(join, several),
    )
        .prop_map(|(conferences, connections, dialogs, joins)| AuditResult {
            conferences,
            connections,
            dialogs,
            joins,
        })
}

fn notification() -> impl Strategy<Value = Notification> {
    let about = || (id(), prop::option::of(endpoint()), namelist());
    let event = || "[a-zA-Z0-9.]{1,12}".prop_map(|name| EventName::new(name).unwrap());
    let complete = prop_oneof![
        Just(TransferCompleteReason::MaxtimeDisconnect),
        Just(TransferCompleteReason::Busy),
        Just(TransferCompleteReason::NetworkBusy),
        Just(TransferCompleteReason::NoAnswer),
    ];
    prop_oneof![
        (id(), any::<bool>()).prop_map(|(id, immediate)| Notification::DialogTerminate(
            DialogTerminate { dialogid: id.into(), immediate }
        )),
        about().prop_map(|(id, endpoint, namelist)| Notification::DialogExit(DialogExit {
            dialogid: id.into(),
            endpoint,
            namelist
        })),
        (about(), text()).prop_map(|((id, endpoint, _), reason)| Notification::ErrorDialog(
            ErrorDialog { dialogid: id.into(), endpoint, reason }
        )),
        (about(), event()).prop_map(|((id, endpoint, namelist), name)| Notification::DialogUser(
            DialogUser { name, dialogid: id.into(), endpoint, namelist }
        )),
        about().prop_map(|(id, endpoint, namelist)| Notification::DialogDisconnect(
            DialogDisconnect { dialogid: id.into(), endpoint, namelist }
        )),
        transfer().prop_map(Notification::DialogTransfer),
        about().prop_map(|(id, endpoint, _)| Notification::DialogTerminateTransfer(
            DialogTerminateTransfer {
                dialogid: id.into(),
                endpoint,
                reason: TerminateTransferReason::NearEndDisconnect
            }
        )),
        (about(), complete).prop_map(|((id, endpoint, _), reason)| {
            Notification::DialogTransferComplete(DialogTransferComplete {
                dialogid: id.into(),
                endpoint,
                reason,
            })
        }),
        (event(), id(), namelist()).prop_map(|(name, id, namelist)| Notification::ConferenceUser(
            ConferenceUser { name, conferenceid: id.into(), namelist }
        )),
        (id(), text(), text(), prop::option::of(text())).prop_map(|(id, from, to, codec)| {
            Notification::Extension(ExtensionNotification::ConnectionStarted(ConnectionStarted {
                connectionid: id.into(),
                from,
                to,
                codec,
            }))
        }),
        (id(), text()).prop_map(|(id, reason)| Notification::Extension(
            ExtensionNotification::ConnectionEnded(ConnectionEnded {
                connectionid: id.into(),
                reason
            })
        )),
        foreign().prop_map(Notification::Unknown),
    ]
}

fn transfer() -> impl Strategy<Value = DialogTransfer> {
    let kind = prop_oneof![
        Just(TransferType::Blind),
        Just(TransferType::Bridge),
        "x[a-z]{1,9}".prop_map(TransferType::Other),
    ];
    let duration = || (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(s, ns)| Duration::new(s, ns));
    let about = (id(), prop::option::of(endpoint()), namelist());
    (about, kind, id(), duration(), duration(), prop::option::of(text())).prop_map(
        |((dialogid, endpoint, namelist), transfer_type, uri, maxtime, connecttimeout, aai)| {
            DialogTransfer {
                dialogid: dialogid.into(),
                transfer_type,
                endpoint,
                uri,
                maxtime,
                connecttimeout,
                aai,
                namelist,
            }
        },
    )
}

fn prepare() -> impl Strategy<Value = DialogPrepare> {
    let endpoint = prop::option::of(endpoint());
    (script(), endpoint, fetch(), namelist(), subscribe(), streams()).prop_map(
        |(script, endpoint, fetch, namelist, subscribe, streams)| DialogPrepare {
            script,
            endpoint,
            fetch,
            namelist,
            subscribe,
            streams,
        },
    )
}

fn start() -> impl Strategy<Value = DialogStart> {
    prop_oneof![
        (id(), prop::option::of(endpoint())).prop_map(|(id, endpoint)| DialogStart::Prepared {
            prepareddialogid: id.into(),
            endpoint
        }),
        (script(), endpoint(), fetch(), namelist(), subscribe(), streams()).prop_map(
            |(script, endpoint, fetch, namelist, subscribe, streams)| DialogStart::Script {
                script,
                endpoint,
                fetch,
                namelist,
                subscribe,
                streams,
            }
        ),
    ]
}

fn create() -> impl Strategy<Value = CreateConference> {
    let policies = prop_oneof![
        (
            any::<u32>(),
            prop_oneof![
                Just(None),
                vas().prop_map(Some),
                Just(Some(VideoMixingPolicy::UserDefined))
            ]
        )
            .prop_map(|(n, video)| (AudioMixingPolicy::NBest(n), video)),
        Just((AudioMixingPolicy::Manual, Some(VideoMixingPolicy::Manual))),
    ];
    let media =
        prop_oneof![Just(MediaType::Audio), Just(MediaType::Video), Just(MediaType::AudioVideo)];
    let subscribe = (any::<Option<u32>>(), any::<bool>(), ignored()).prop_map(
        |(seconds, attendance, ignored)| ConferenceSubscribe {
            activespeaker: seconds.and_then(NonZeroU32::new),
            attendance,
            ignored,
        },
    );
    (any::<Option<u32>>(), any::<Option<u32>>(), media, policies, subscribe).prop_map(
        |(talkers, listeners, media, (audio, video), subscribe)| CreateConference {
            reservedtalkers: talkers,
            reservedlisteners: listeners,
            reservedmedia: media,
            audiomixingpolicy: audio,
            videomixingpolicy: video,
            subscribe,
        },
    )
}

fn vas() -> impl Strategy<Value = VideoMixingPolicy> {
    (1..u32::MAX).prop_map(|seconds| VideoMixingPolicy::Vas(NonZeroU32::new(seconds).unwrap()))
}

fn join() -> impl Strategy<Value = Join> {
    let tone = || {
        prop_oneof![Just(Tone::On), Just(Tone::Off), "http://[a-z&<\"]{1,9}".prop_map(Tone::Uri)]
    };
    (pair(), any::<[bool; 5]>(), tone(), tone(), streams()).prop_map(
        |((id1, id2), [a, b, c, d, e], entertone, exittone, streams)| Join {
            id1,
            id2,
            mediapreferred: a,
            entertone,
            exittone,
            autoinputgain: b,
            autooutputgain: c,
            dtmfclamp: d,
            toneclamp: e,
            streams,
        },
    )
}

fn script() -> impl Strategy<Value = Script> {
    let mime = || prop_oneof![Just(DEFAULT_MIME.to_owned()), text()];
    let inline = (text(), mime()).prop_map(|(text, mime)| {
        let text = text.replace(['&', '<', '>', '\r'], "");
        let xml = format!("<vxml xmlns='urn:v'>{text}<form xml:lang=\"x\"/></vxml>");
        Script::Inline { xml, mime }
    });
    prop_oneof![(id(), mime()).prop_map(|(uri, mime)| Script::Uri { uri, mime }), inline]
}

fn fetch() -> impl Strategy<Value = FetchHints> {
    let method = prop_oneof![Just(Method::Get), Just(Method::Post)];
    let optional = || prop::option::of(text());
    (optional(), optional(), optional(), method).prop_map(|(maxage, maxstale, enctype, method)| {
        let enctype = enctype.unwrap_or_else(|| DEFAULT_ENCTYPE.to_owned());
        FetchHints { maxage, maxstale, enctype, method }
    })
}

fn subscribe() -> impl Strategy<Value = DialogSubscribe> {
    let dtmf = prop_oneof![Just(None), Just(Some(DtmfReport::Single)), Just(Some(DtmfReport::All))];
    let tone = prop::option::of("[a-eg-z]{1,9}");
    (dtmf, tone, any::<[bool; 4]>(), ignored()).prop_map(
        |(dtmf, tone, [audiostart, bargein, mark, goto], ignored)| DialogSubscribe {
            dtmf,
            tone,
            audiostart,
            bargein,
            mark,
            goto,
            ignored,
        },
    )
}

fn ignored() -> impl Strategy<Value = Vec<Item>> {
    let item = ("x[a-z]{0,9}", text()).prop_map(|(name, value)| Item::new(name, value));
    prop::collection::vec(item, 0..3)
}

fn streams() -> impl Strategy<Value = Streams> {
    prop_oneof![
        Just(Streams::default()),
        direction().prop_map(Streams::audio_only),
        direction().prop_map(Streams::video_only),
        (direction(), direction()).prop_map(|(audio, video)| Streams::audiovideo(audio, video)),
    ]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Transmit), Just(Direction::Receive), Just(Direction::Both)]
}

fn namelist() -> impl Strategy<Value = Namelist> {
    prop::collection::vec((id(), text()), 0..4).prop_map(Namelist::of)
}

fn endpoint() -> impl Strategy<Value = EndPoint> {
    prop_oneof![
        id().prop_map(|id| EndPoint::Connection(id.into())),
        id().prop_map(|id| EndPoint::Conference(id.into())),
    ]
}

fn pair() -> impl Strategy<Value = (ParticipantId, ParticipantId)> {
    (id(), id()).prop_map(|(id1, id2)| (id1.into(), id2.into()))
}

fn foreign() -> impl Strategy<Value = Foreign> {
    ("urn:v[a-z&<\"']{0,5}|", "[a-zA-Z_é][a-z0-9._-]{0,9}")
        .prop_map(|(namespace, name)| Foreign { namespace, name })
}

/// Any text XML can carry that is not empty.
fn id() -> impl Strategy<Value = String> {
    "[\\t\\n\\r -~\u{85}-\u{ff}\u{2028}\u{10000}-\u{10ffff}]{1,12}"
}

/// Any text XML can carry.
fn text() -> impl Strategy<Value = String> {
    "[\\t\\n\\r -~\u{85}-\u{ff}\u{2028}\u{10000}-\u{10ffff}]{0,12}"
}
