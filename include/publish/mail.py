"""Send one mail: real plain text beside the HTML, an id of our own, corrections in the thread of what they correct.

Apprise reads the URL (it knows the servers of the great mail providers); the message is ours, because Apprise would
derive its text from the HTML, lose the links, and give a message that is sent again another id.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from include.publish.digest import Digest


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a mail belongs: its own id (the same when it is sent again), and that of the message that it corrects."""

    message_id: str
    corrects: str | None = None


def send_mail(service: Any, message: Digest, *, title: str, thread: Thread, at: datetime | None) -> str:
    """Send through the server of an Apprise e-mail service. Returns "" if it was taken, else why not."""
    recipients = sorted({address for _, address in service.targets} | set(service.cc) | set(service.bcc))
    mail = build_mail(service, message, title=title, thread=thread, at=at)
    try:
        with _connect(service) as server:
            refused = server.send_message(mail, from_addr=service.from_addr[1], to_addrs=recipients)
    except smtplib.SMTPRecipientsRefused as error:
        return f"all recipients were refused ({_code(next(iter(error.recipients.values())))})"
    except smtplib.SMTPAuthenticationError as error:
        return f"the mail server refused the login ({error.smtp_code})"
    except smtplib.SMTPResponseException as error:
        return f"the mail server refused the message ({error.smtp_code})"
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return f"the mail server did not answer as expected ({type(error).__name__})"
    # Those that took it have it: sending again for the others would send twice.
    return "" if len(refused) < len(recipients) else "all recipients were refused"


def build_mail(service: Any, message: Digest, *, title: str, thread: Thread, at: datetime | None) -> EmailMessage:
    """The message in both forms with its headers. Without a time the first server dates it."""
    name, sender = service.from_addr
    domain = sender.partition("@")[2] or "localhost"
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(title.split())
    mail["From"] = Address(display_name=name or "Departure Board", addr_spec=sender)
    mail["To"] = [Address(display_name=label or "", addr_spec=address) for label, address in _sorted_targets(service)]
    if service.cc:
        mail["Cc"] = [Address(addr_spec=address) for address in sorted(service.cc)]
    if service.reply_to:
        mail["Reply-To"] = [Address(addr_spec=address) for address in sorted(service.reply_to)]
    if at is not None:
        mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{thread.message_id}@{domain}>"
    if thread.corrects:
        mail["In-Reply-To"] = mail["References"] = f"<{thread.corrects}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _sorted_targets(service: Any) -> list[tuple[str, str]]:
    return sorted((label or "", address) for label, address in service.targets)


def _connect(service: Any) -> smtplib.SMTP:
    mode = str(getattr(service.secure_mode, "value", service.secure_mode)).lower()
    context = ssl.create_default_context() if service.verify_certificate else ssl._create_unverified_context()
    timeout = float(service.socket_connect_timeout)
    if mode == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(service.smtp_host, service.port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(service.smtp_host, service.port, timeout=timeout)
        if mode == "starttls":
            server.starttls(context=context)
    if service.user and service.password:
        server.login(service.user, service.password)
    return server


def _code(answer: object) -> str:
    return str(answer[0]) if isinstance(answer, tuple) else str(answer)
