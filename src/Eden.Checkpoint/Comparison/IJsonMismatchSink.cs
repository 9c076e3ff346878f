namespace Eden.Checkpoint.Comparison;

/// <summary>Takes the places where two JSON values differ.</summary>
internal interface IJsonMismatchSink
{
    /// <summary>Takes one place. The mismatch is valid during the call only.</summary>
    void OnMismatch(JsonMismatch mismatch);
}
