"""Who may do what: every role against every kind of event, in the services and again when the log is folded."""

import pytest
from sqlalchemy import text

from app.domain.kinds import KINDS, payload_bytes
from app.domain.rights import ACTIONS, ROLES, Delegation, allows, effective_roles
from app.errors import Refused
from app.models.audit import rebuild
from tests.houses import DAY, DAY_MS, House, branch_state, forge, refused
from tests.unit.domain.event_examples import EXAMPLES

GUARDED = [kind for kind, row in KINDS.items() if row.action]


def stream_of(kind: str) -> str:
    family = kind.partition(".")[0]
    return {"branch": "branch", "day": f"day:{DAY}", "counter": "counter:5"}.get(
        family, f"{family}:{'e' * 32}"
    )


def answer(house: House, who: str, kind: str) -> str:
    """How the journal answers when somebody writes an event of a kind: a code, or nothing."""
    try:
        with house.office.unit(who) as unit:
            unit.append(stream_of(kind), EXAMPLES[kind])
            raise Refused("would_be_written")  # and is taken back
    except Refused as error:
        return error.code


@pytest.mark.parametrize("kind", KINDS)
def test_each_role_writes_what_the_table_lets_it_and_nothing_else(open_house: House, kind: str) -> None:
    action = KINDS[kind].action
    for role in ROLES:
        allowed = action is None or role in ACTIONS[action]
        assert (answer(open_house, open_house[role], kind) != "no_right") == allowed, role


@pytest.mark.parametrize("kind", GUARDED)
def test_a_stranger_writes_nothing(open_house: House, kind: str) -> None:
    assert answer(open_house, "nobody", kind) == "no_right"
    assert answer(open_house, "system", kind) == "no_right"


def test_what_somebody_without_the_right_wrote_is_set_aside_by_a_rebuild(open_house: House) -> None:
    """The same table again where the log is folded: events that another program let through."""
    expected = {}
    for kind in GUARDED:
        for role in ROLES:
            position = forge(
                open_house, stream_of(kind), kind, payload_bytes(EXAMPLES[kind]), open_house[role]
            )
            if role not in ACTIONS[KINDS[kind].action or ""]:
                expected[position] = kind
    rebuild(open_house.office.store)
    with open_house.office.store.reading() as connection:
        rows = connection.execute(text("SELECT position FROM quarantine WHERE code = 'no_right'")).scalars()
        assert sorted(expected) == sorted(rows)


def test_a_cso_does_exactly_its_four_things() -> None:
    """Information, applications, corrections, complaints (DOMAIN A-04): cases at the counter, and what they need."""
    assert {action for action, roles in ACTIONS.items() if "cso" in roles} == {
        "day.open",
        "ticket.cancel",
        "ticket.serve",
        "case.work",
        "record.read",
    }
    assert ACTIONS["case.work"] == ("cso",)


@pytest.mark.parametrize("action", ["claim.verify", "claim.return", "claim.reject"])
def test_only_the_verifier_decides_a_claim(action: str) -> None:
    assert ACTIONS[action] == ("verifier",)


def test_finance_approves_with_one_role_and_pays_with_the_other() -> None:
    assert ACTIONS["payment.order"] == ACTIONS["payment.pay"] == ("finance_officer",)
    assert ACTIONS["payment.approve"] == ("finance_supervisor", "branch_head")  # beyond the former's limit


def test_the_auditor_reads_and_changes_nothing() -> None:
    assert {action for action, roles in ACTIONS.items() if "auditor" in roles} == {
        "summary.read",
        "record.read",
        "journal.read",
    }


@pytest.mark.parametrize("role", ["security_desk", "it_officer"])
def test_the_desk_and_it_see_no_file(role: str) -> None:
    assert role not in ACTIONS["record.read"]


def test_a_file_is_not_kept_from_others_by_somebody_who_cannot_work_on_it(open_house: House) -> None:
    case = open_house.submitted_case()
    for role in ("cso", "auditor", "service_supervisor", "branch_head", "security_desk"):
        with pytest.raises(Refused):
            open_house.claims.take(open_house[role], case)
    assert open_house.claims.take(open_house["verifier"], case).holder == open_house["verifier"]
    assert open_house.claims.release(open_house["service_supervisor"], case).holder == ""


def test_actions_and_buttons_come_from_one_table(house: House) -> None:
    for role in ROLES:
        assert house.office.actions(house[role]) == {name for name, roles in ACTIONS.items() if role in roles}
        for action in ACTIONS:
            assert house.office.may(house[role], action) == allows((role,), action)


# ------------------------------------------------------------------------------------------ maker and checker

OPERATIVE = ("cso", "verifier", "finance_officer", "finance_supervisor", "branch_head", "service_supervisor")


def all_round(house: House, name: str = "Serba bisa") -> str:
    return house.add_person(name, *OPERATIVE)


def test_no_role_lets_one_person_make_two_checks(open_house: House) -> None:
    who = all_round(open_house)
    case = open_house.submitted_case(who=who)
    for forbidden in (
        lambda: open_house.claims.verify(who, case, 1_000),
        lambda: open_house.claims.send_back(who, case, ("photo_poor",)),
        lambda: open_house.claims.reject(who, case, "not_entitled"),
        lambda: open_house.claims.take(who, case),
    ):
        with refused("same_person_two_checks"):
            forbidden()
    open_house.claims.verify(open_house["verifier"], case, 1_000_000)
    with refused("same_person_two_checks"):
        open_house.claims.order(who, case, "V-1")
    with refused("same_person_two_checks"):
        open_house.claims.return_to_verifier(who, case, "Keliru")


def test_the_verifier_of_a_file_does_none_of_its_other_checks(open_house: House) -> None:
    who = all_round(open_house)
    case = open_house.submitted_case()
    open_house.claims.send_back(who, case, ("photo_poor",))
    with refused("same_person_two_checks"):
        open_house.cases.note(who, case, "name", "Orang Lain")
    with refused("same_person_two_checks"):
        open_house.cases.submit(who, case)
    with refused("same_person_two_checks"):
        open_house.talks.amend(who, case, "Saya tambahkan")
    open_house.cases.submit(open_house["cso"], case)
    open_house.claims.verify(open_house["verifier"], case, 1_000_000)
    with refused("same_person_two_checks"):
        open_house.claims.order(who, case, "V-1")


def test_the_one_who_mends_the_account_does_not_pay_it(open_house: House) -> None:
    """The bank sent the money back: changing the account is the counter's check, whoever does it."""
    case = open_house.paid_case()
    open_house.claims.payment_returned(open_house["finance_officer"], case, DAY, "account_closed")
    payer = open_house.add_person("CSO dan keuangan", "cso", "finance_officer")
    open_house.cases.note(payer, case, "bank_account", "9876543210")
    with refused("same_person_two_checks"):
        open_house.claims.order(payer, case, "V-2")
    verifier = open_house["verifier"]
    open_house.staff.delegate(open_house["branch_head"], verifier, "cso", DAY, DAY, "Cuti")
    with refused("same_person_two_checks"):
        open_house.cases.note(verifier, case, "bank_account", "1111111111")
    assert open_house.cases.get(case).fields["bank_account"] == "9876543210"


def test_approving_and_paying_are_never_the_same_person(open_house: House) -> None:
    first, second = all_round(open_house, "Satu"), all_round(open_house, "Dua")
    case = open_house.submitted_case()
    open_house.claims.verify(open_house["verifier"], case, 1_000_000)
    open_house.claims.order(first, case, "V-1")
    with refused("approver_wrote_voucher"):
        open_house.claims.approve(first, case)
    open_house.claims.approve(second, case)
    with refused("approver_may_not_pay"):
        open_house.claims.pay(second, case, DAY, "REF")
    open_house.claims.pay(first, case, DAY, "REF")
    assert open_house.cases.get(case).payment.paid_by == first


def test_a_lent_role_does_not_hide_the_rule(open_house: House) -> None:
    case = open_house.submitted_case()
    cso = open_house["cso"]
    with refused("no_right"):
        open_house.claims.verify(cso, case, 1_000)
    open_house.staff.delegate(open_house["branch_head"], cso, "verifier", DAY, DAY, "Penata cuti")
    with refused("same_person_two_checks"):
        open_house.claims.verify(cso, case, 1_000)
    with refused("same_person_two_checks"):
        open_house.claims.take(cso, case)


# ------------------------------------------------------------------------------------------ lent roles


def test_a_role_is_lent_for_its_days_alone(open_house: House) -> None:
    head, clerk = open_house["branch_head"], open_house["security_desk"]
    assert "cso" not in open_house.office.roles(clerk)
    lent = open_house.staff.delegate(head, clerk, "cso", "21-11-2026", "22-11-2026", "Cuti bersama")
    assert "cso" not in open_house.office.roles(clerk)
    open_house.clock.pass_ms(DAY_MS)
    assert "cso" in open_house.office.roles(clerk)
    assert open_house.office.may(clerk, "case.work")
    open_house.desk.open_day(clerk, {})
    open_house.serve("info", 2, who=open_house["cso"])
    open_house.staff.revoke(head, lent.id)
    assert "cso" not in open_house.office.roles(clerk)
    assert open_house.staff.delegations() == ()
    open_house.reopen()
    assert "cso" not in open_house.office.roles(clerk)


def test_what_was_done_under_a_lent_role_stands_after_it_ended(open_house: House) -> None:
    clerk, head = open_house["security_desk"], open_house["branch_head"]
    lent = open_house.staff.delegate(head, clerk, "cso", DAY, DAY, "Ramai")
    open_house.counters.open(clerk, 4)
    open_house.staff.revoke(head, lent.id)
    open_house.clock.pass_ms(3 * DAY_MS)
    assert rebuild(open_house.office.store) == 0
    assert open_house.counters.my_counter(clerk) == 4


@pytest.mark.parametrize("role", ["service_supervisor", "cso", "it_officer", "auditor"])
def test_only_the_branch_head_lends(open_house: House, role: str) -> None:
    with refused("no_right"):
        open_house.staff.delegate(open_house[role], open_house["cso"], "verifier", DAY, DAY, "Cuti")


def test_a_delegation_that_cannot_be_is_refused(open_house: House) -> None:
    head, cso = open_house["branch_head"], open_house["cso"]
    with refused("delegation_dates"):
        open_house.staff.delegate(head, cso, "verifier", "22-11-2026", "21-11-2026", "Cuti")
    with refused("role_unknown"):
        open_house.staff.delegate(head, cso, "king", DAY, DAY, "Cuti")
    with refused("day_wrong"):
        open_house.staff.delegate(head, cso, "verifier", "31-02-2026", DAY, "Cuti")
    with refused("reason_missing"):
        open_house.staff.delegate(head, cso, "verifier", DAY, DAY, " \n ")
    with refused("person_unknown"):
        open_house.staff.delegate(head, "nobody", "verifier", DAY, DAY, "Cuti")
    assert open_house.staff.delegations() == ()


def test_somebody_who_was_let_out_has_no_role_left_not_even_a_lent_one(open_house: House) -> None:
    clerk = open_house["security_desk"]
    open_house.staff.delegate(open_house["branch_head"], clerk, "cso", DAY, DAY, "Ramai")
    open_house.staff.set_active(open_house["service_supervisor"], clerk, active=False)
    assert open_house.office.roles(clerk) == ()
    with refused("no_right"):
        open_house.counters.open(clerk, 3)


def test_roles_are_those_of_the_day_in_their_order() -> None:
    lent = Delegation(
        id="1",
        person="p",
        role="verifier",
        first_day="2026-11-20",
        last_day="2026-11-21",
        granted_by="h",
        reason="r",
    )
    assert effective_roles("p", ("cso",), (lent,), "2026-11-19") == ("cso",)
    assert effective_roles("p", ("cso",), (lent,), "2026-11-20") == ("cso", "verifier")
    assert effective_roles("p", ("cso",), (lent,), "2026-11-21") == ("cso", "verifier")
    assert effective_roles("p", ("cso",), (lent,), "2026-11-22") == ("cso",)
    assert effective_roles("q", ("cso",), (lent,), "2026-11-20") == ("cso",)


# ------------------------------------------------------------------------------------------ the last supervisor


def test_the_last_supervisor_stays(open_house: House) -> None:
    boss, head = open_house["service_supervisor"], open_house["branch_head"]
    open_house.staff.set_active(boss, head, active=False)
    with refused("last_supervisor"):
        open_house.staff.change(boss, boss, "Petugas 1", "", ("cso",), ())
    with refused("not_oneself"):
        open_house.staff.set_active(boss, boss, active=False)
    open_house.staff.set_active(boss, head, active=True)
    open_house.staff.change(boss, boss, "Petugas 1", "", ("cso",), ())
    with refused("no_right"):
        open_house.staff.change(boss, boss, "Petugas 1", "", ("service_supervisor",), ())
    assert branch_state(open_house.office).people[boss].roles == ("cso",)


def test_a_change_of_roles_counts_from_then_on(open_house: House) -> None:
    boss, cso = open_house["service_supervisor"], open_house["cso"]
    open_house.counters.open(cso, 1)
    open_house.staff.change(boss, cso, "Petugas 3", "cso", ("auditor",), ())
    with refused("no_right"):
        open_house.counters.close(cso, 1)
    assert rebuild(open_house.office.store) == 0  # what was done before the change stands
    assert open_house.counters.my_counter(cso) == 1
