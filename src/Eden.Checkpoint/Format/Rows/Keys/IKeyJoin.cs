using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Takes the uses of keys from a <see cref="KeyLedger"/>: those of one key together, in the order of <see cref="KeyRecord.Compare"/>.</summary>
internal interface IKeyJoin
{
    void Take(KeyRecord record);
}
