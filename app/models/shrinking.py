"""States that are kept for long and seldom read, packed small: deflate with the words that every case file has."""

import zlib

MARK = b"\x01"
"""Names the words; a state itself never begins with it, for MessagePack that would be a number."""

_WORDS = (
    b"\xa2id\xd9 \xa7service\xa3jht\xaebundle_version\x02\xa9opened_at\xcf\x00\x00\xafopened_position"
    b"\x13\xa9opened_by\xd9 \xa5stage\xa4paid\xa8stage_at\xcf\x00\x00\xa7tickets\x91\x92\xd9 \xa5\xa6f"
    b"ields\x84\xa4name\xae\xa3nik\xb0\xa5phone\xae\xacbank_account\xaa\xa6reason\xaaJHT_RESIGN\xa5fac"
    b"ts\x84\xa7balance\xa8\xb4partial_taken_before\xa2no\xa9stop_date\xaa\xadworking_again\xa2no\xa5m"
    b"arks\x86\xa7form_f5\x85\xa8document\xa7form_f5\xa6result\xa4fits\xaeoriginal_shown\xc3\xa9copy_k"
    b"ept\xa4none\xa4note\xa0\xabmember_card\x85\xa8document\xabmember_card\xa6result\xa4fits\xaeorigi"
    b"nal_shown\xc3\xa9copy_kept\xa4none\xa4note\xa0\xa7id_card\x85\xa8document\xa7id_card\xa6result"
    b"\xa4fits\xaeoriginal_shown\xc3\xa9copy_kept\xa4none\xa4note\xa0\xb2resignation_letter\x85\xa8doc"
    b"ument\xb2resignation_letter\xa6result\xa4fits\xaeoriginal_shown\xc3\xa9copy_kept\xa4none\xa4note"
    b"\xa0\xa9bank_book\x85\xa8document\xa9bank_book\xa6result\xa4fits\xaeoriginal_shown\xc3\xa9copy_k"
    b"ept\xa4none\xa4note\xa0\xabfamily_card\x85\xa8document\xabfamily_card\xa6result\xa4fits\xaeorigi"
    b"nal_shown\xc3\xa9copy_kept\xa4none\xa4note\xa0\xabattachments\x90\xaainterviews\x91\x8a\xa2id"
    b"\xd9 \xa4type\xacface_to_face\xaastarted_at\xcf\x00\x00\xa7officer\xd9 \xa8attempts\x90\xa7answe"
    b"rs\x8d\xacintroduction\x92\xa7matches\xa0\xa9full_name\x92\xa7matches\xa0\xa5birth\x92\xa7matche"
    b"s\xa0\xacmothers_name\x92\xa7matches\xa0\xadlast_employer\x92\xa7matches\xa0\xabworking_now\x92"
    b"\xa7matches\xa0\xacshow_id_card\x92\xa7matches\xa0\xb0show_member_card\x92\xa7matches\xa0\xb0sho"
    b"w_work_letter\x92\xa7matches\xa0\xaeshow_bank_book\x92\xa7matches\xa0\xacbank_account\x92\xa7mat"
    b"ches\xa0\xa9paid_help\x92\xa7matches\xa0\xa7closing\x92\xa7matches\xa0\xa8identity\xa5match\xa4t"
    b"ext\xa0\xa9sealed_at\xcf\x00\x00\xaaamendments\x90\xa6holder\xa0\xa7receipt\xb1\xa8promised\xaa"
    b"\xa3due\xaa\xacsubmitted_at\xcf\x00\x00\xb2first_submitted_at\xcf\x00\x00\xa6amount\xce\x011-"
    b"\x00\xa3tax\x00\xaereturn_reasons\x90\xabreturn_note\xa0\xadreject_reason\xa0\xa3box\xa0\xa7paym"
    b"ent\x89\xa7voucher\xa5\xaaordered_by\xd9 \xabapproved_by\xd9 \xabapproved_at\xcf\x00\x00\xa7paid"
    b"_by\xd9 \xa8paid_day\xaa\xa9reference\xa5\xacreturned_day\xa0\xafreturned_reason\xa0\xb0counter_"
    b"checkers\x91\xd9 \xafverify_checkers\x91\xd9 \xb0finance_checkers\x92\xd9 \xd9 \xaddisputed_from"
    b"\xa0\xa8settlers\x90"
)
"""Frozen for ever: what was packed with them is read with them. Other words get another mark."""


def shrink(state: bytes) -> bytes:
    """A state, MessagePack, as the anchors of closed streams keep it: a sixth of its size for a case file."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, _WORDS)
    return MARK + packer.compress(state) + packer.flush()


def unfold(kept: bytes) -> bytes:
    """The state again, whether it was shrunk or not."""
    if kept[:1] != MARK:
        return kept
    return zlib.decompressobj(-zlib.MAX_WBITS, _WORDS).decompress(kept[1:])
