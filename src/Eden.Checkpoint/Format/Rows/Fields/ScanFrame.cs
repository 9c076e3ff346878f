using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>An object or array that a scan is inside of.</summary>
internal struct ScanFrame
{
    /// <summary>The fields that are interpreted in it.</summary>
    public RecordShape? Shape;

    /// <summary>The field whose value it is.</summary>
    public RecordField? Container;

    /// <summary>Where its names begin.</summary>
    public JsonNames.Mark Names;

    /// <summary>The name that was read last.</summary>
    public RowValue Name;

    public bool IsArray;

    /// <summary>The index of the element that was read last.</summary>
    public int Index;
}
