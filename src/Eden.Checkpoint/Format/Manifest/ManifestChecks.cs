using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Manifest;

/// <summary>Takes values of the right type out of a manifest's objects and notes what is wrong with them.</summary>
internal sealed class ManifestChecks(CheckpointLimits limits, ViolationList violations)
{
    private readonly List<string> _warnings = [];

    public CheckpointLimits Limits => limits;

    public long Total => violations.Total;

    /// <summary>Gets what is odd and harms nothing.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public void Fail(string field, string message, CheckpointRule rule = CheckpointRule.Manifest)
        => violations.Add(rule, CheckpointManifest.FileName, null, null, field, message);

    /// <summary>Takes a string that must be there and hold something.</summary>
    public string? RequiredString(ManifestObject owner, string name, string field)
    {
        if (Required(owner, name, field) is not { } member)
        {
            return null;
        }

        if (member.Kind != JsonTokenType.String)
        {
            Fail(field, $"must be a string, not {Describe(member.Kind)}");
            return null;
        }

        var text = member.Text();
        if (text.Length == 0)
        {
            Fail(field, "must not be empty");
            return null;
        }

        return text;
    }

    /// <summary>Takes a string of the informative kind: one that is <c>null</c> is one that is not known.</summary>
    public string? InformativeString(ManifestObject owner, string name, string field)
    {
        if (Informative(owner, name, field) is not { } member)
        {
            return null;
        }

        if (member.Kind != JsonTokenType.String)
        {
            Fail(field, $"must be a string, not {Describe(member.Kind)}");
            return null;
        }

        return member.Text();
    }

    public bool RequiredBoolean(ManifestObject owner, string name)
    {
        if (Required(owner, name, name) is not { } member)
        {
            return true;
        }

        if (member.Kind is not (JsonTokenType.True or JsonTokenType.False))
        {
            Fail(name, $"must be true or false, not {Describe(member.Kind)}");
        }

        return member.Kind != JsonTokenType.False;
    }

    /// <summary>Takes a count, which may have any size; one beyond 64 bits becomes the largest there is.</summary>
    public long RequiredCount(ManifestObject owner, string name, string field)
    {
        if (Required(owner, name, field) is not { } member)
        {
            return 0;
        }

        if (member.Kind == JsonTokenType.Number && RecordGrammar.TryReadInteger(member.Json, out var count) && count >= 0)
        {
            return count;
        }

        if (member.Kind == JsonTokenType.Number && member.Json[0] != (byte)'-' && RecordGrammar.IsInteger(member.Json))
        {
            return long.MaxValue;
        }

        Fail(field, "must be an integer of 0 or more");
        return 0;
    }

    public ManifestObject? RequiredObject(ManifestObject owner, string name) => AsObject(Required(owner, name, name), name);

    /// <summary>Takes an object of the informative kind: one that is <c>null</c> is one that is not known.</summary>
    public ManifestObject? InformativeObject(ManifestObject owner, string name) => AsObject(Informative(owner, name, name), name);

    private ManifestObject? AsObject(ManifestObject.Member? member, string name)
    {
        if (member is null)
        {
            return null;
        }

        if (member.Kind != JsonTokenType.StartObject)
        {
            Fail(name, $"must be an object, not {Describe(member.Kind)}");
            return null;
        }

        return ManifestObject.Parse(member.Json, limits.MaxJsonDepth);
    }

    private static string Describe(JsonTokenType kind) => kind switch
    {
        JsonTokenType.Null => "null",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Number => "a number",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        _ => "a string",
    };

    private ManifestObject.Member? Informative(ManifestObject owner, string name, string field)
    {
        var member = owner.Take(name);
        if (member is not { Kind: JsonTokenType.Null })
        {
            return member;
        }

        _warnings.Add($"The manifest's {field} is null; what is not known is left out.");
        return null;
    }

    private ManifestObject.Member? Required(ManifestObject owner, string name, string field)
    {
        var member = owner.Take(name);
        if (member is null)
        {
            Fail(field, "is missing");
        }

        return member;
    }
}
