"""Duties (应办事项) as tables: which event gives rise to which, by when, and what becomes of it.

`duty` says what a line of a table is, the other modules hold the lines, one module for each side of
the service. To add a duty:

1. Put its number into the edition (`domain.regulation.edition`), if it is not there.
2. Write a line in the table of its side::

       Duty(
           key="visit_after_referral",        # permanent; names the term in the edition, too
           rule="27.3",
           title_zh="匹配推荐后跟踪回访",
           subject="job_seeker_id",           # under whom it stands: a field of the events, or the
                                              # stream of those that have no such field
           item="referral_id",                # each referral has a duty of its own
           arises_from=(Referred,),
           discharged_by=(On(VisitMade, item="about_id"),),
           cancelled_by=(CaseEnded,),         # has no referral_id: takes all of them away
           moved_by=(TransferApproved,),      # to who is `responsible` in that event
       )

   What is special about an event of a duty is said with `On`: a condition (`when`), or the field that
   holds the day from which the term runs (`counted_from`). An event that both cancels and gives rise
   starts the duty anew.
3. Name the event in the module's `TRIGGERS_ZH`, and a new module in `domain.obligations`.
"""
