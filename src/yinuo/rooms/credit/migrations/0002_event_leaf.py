import django.db.models.deletion
from django.db import migrations, models

# Under which name the log speaks of an event: its project's code, else its proposal, else itself.
LABEL = """
    CASE WHEN e.project_code <> '' THEN e.project_code
         WHEN e.proposal_id IS NOT NULL THEN 'credit.pointproposal:' || e.proposal_id
         ELSE 'credit.creditevent:' || e.id END
"""
# By what the leaf states: the unit and the event's place in its history.
STATED = f"""
    WITH said AS (
        SELECT r.outbox_id, s.label,
            (SELECT field->>2 FROM jsonb_array_elements(r.fields) AS field WHERE field->>1 = 'unit' LIMIT 1) AS unit,
            (SELECT field->>2 FROM jsonb_array_elements(r.fields) AS field WHERE field->>1 = 'seq' LIMIT 1) AS seq
        FROM infochain_leafrecord AS r JOIN infochain_subject AS s ON s.name = r.subject_id
        WHERE r.type = 'credit.event' AND jsonb_typeof(r.fields) = 'array'
    )
    UPDATE credit_creditevent AS e SET leaf_id = said.outbox_id FROM said
    WHERE said.label = {LABEL} AND said.unit = e.unit_id::text AND said.seq = e.seq::text
"""  # noqa: S608
# A leaf whose content was erased is known by its order among those of its subject.
ERASED = f"""
    WITH leaves AS (
        SELECT r.outbox_id, s.label, row_number() OVER (PARTITION BY s.label ORDER BY r.n) AS place
        FROM infochain_leafrecord AS r JOIN infochain_subject AS s ON s.name = r.subject_id
        WHERE r.type = 'credit.event' AND r.fields IS NULL
    ), events AS (
        SELECT e.id, {LABEL} AS label, row_number() OVER (PARTITION BY {LABEL} ORDER BY e.id) AS place
        FROM credit_creditevent AS e WHERE e.leaf_id IS NULL
    )
    UPDATE credit_creditevent AS e SET leaf_id = leaves.outbox_id
    FROM events JOIN leaves USING (label, place) WHERE events.id = e.id
"""  # noqa: S608


def find_leaves(apps, schema_editor):
    """Events only grow: the triggers that refuse changes stand aside for this one."""
    schema_editor.execute("ALTER TABLE credit_creditevent DISABLE TRIGGER USER")
    schema_editor.execute(STATED)
    schema_editor.execute(ERASED)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("ALTER TABLE credit_creditevent ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    note = "锁 credit_creditevent（加一列并按日志填写，加唯一索引）；一百万次加减分约一分钟。infochain_leafrecord 只在建外键的一瞬间锁住"

    dependencies = [
        ("credit", "0001_initial"),
        ("infochain", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="creditevent",
            name="leaf",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="infochain.leafrecord",
                to_field="outbox_id",
            ),
        ),
        migrations.RunPython(find_leaves, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="creditevent",
            constraint=models.UniqueConstraint(fields=("leaf",), name="credit_event_leaf_once"),
        ),
    ]
