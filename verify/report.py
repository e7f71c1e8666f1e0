"""An audit's verdict in words and as JSON."""

from __future__ import annotations

from verify.audit import AuditReport
from verify.strict import JsonValue, encode_base64

_SHOWN = 20


def report_json(report: AuditReport) -> dict[str, JsonValue]:
    """The whole report as JSON."""
    checkpoint = report.checkpoint
    return {
        "checkpoints": report.checkpoints,
        "clean": report.clean,
        "entries": report.entries,
        "findings": [finding.to_json() for finding in report.findings],
        "findings_in_all": report.findings_in_all,
        "key_was_given": report.key_was_given,
        "log_vkey": str(report.log_key) if report.log_key else None,
        "openings": report.openings,
        "origin": checkpoint.origin if checkpoint else None,
        "root": encode_base64(checkpoint.root) if checkpoint else None,
        "signatures": report.signatures,
        "simulated_clock": report.simulated_clock,
        "size": checkpoint.size if checkpoint else None,
    }


def report_text(report: AuditReport) -> str:
    """The verdict for people: first what is wrong first, then what was checked."""
    lines = []
    if report.clean:
        lines.append("CLEAN: every entry, hash and signature is what the signed checkpoint says.")
    else:
        first, *rest = report.findings
        lines.append(f"FINDINGS: {report.findings_in_all}. The first: {first.sentence()}")
        lines.extend(f"  also {finding.sentence()}" for finding in rest[: _SHOWN - 1])
        if report.findings_in_all > _SHOWN:
            lines.append(f"  and {report.findings_in_all - min(len(report.findings), _SHOWN)} more (--json lists them)")
    if report.checkpoint:
        checkpoint = report.checkpoint
        lines += [
            f"  log         {checkpoint.origin}",
            f"  tree size   {checkpoint.size}",
            f"  root        {encode_base64(checkpoint.root)}",
            (
                f"  checked     {report.entries} entries, {report.signatures} statement signatures, "
                f"{report.openings} openings, {report.checkpoints} checkpoints"
            ),
        ]
        if report.entries < checkpoint.size:
            lines.append(f"  NOT READ    entries {report.entries} to {checkpoint.size - 1}")
    if report.log_key and not report.key_was_given:
        lines.append("  log key     taken from entry 0, not given: compare it with the published one")
        lines.append(f"    {report.log_key}")
    if report.simulated_clock:
        lines.append("  clock       SIMULATED: recorded times follow the statements (a sample or history ledger)")
    return "\n".join(lines)
