//! Interactive media (section 4): one file per element.

mod children;
mod dialogdisconnect;
mod dialogexit;
mod dialogprepare;
mod dialogprepared;
mod dialogstart;
mod dialogstarted;
mod dialogterminate;
mod dialogterminatetransfer;
mod dialogtransfer;
mod dialogtransfercomplete;
mod dialoguser;
mod errordialog;
mod errordialognotprepared;
mod errordialognotstarted;
mod errordialogwrongstate;

pub use dialogdisconnect::DialogDisconnect;
pub use dialogexit::DialogExit;
pub use dialogprepare::DialogPrepare;
pub use dialogprepared::DialogPrepared;
pub use dialogstart::DialogStart;
pub use dialogstarted::DialogStarted;
pub use dialogterminate::DialogTerminate;
pub use dialogterminatetransfer::{DialogTerminateTransfer, TerminateTransferReason};
pub use dialogtransfer::{DialogTransfer, TransferType};
pub use dialogtransfercomplete::{DialogTransferComplete, TransferCompleteReason};
pub use dialoguser::DialogUser;
pub use errordialog::ErrorDialog;
pub use errordialognotprepared::ErrorDialogNotPrepared;
pub use errordialognotstarted::ErrorDialogNotStarted;
pub use errordialogwrongstate::ErrorDialogWrongState;
