using System.Text.Json;

namespace Eden.Checkpoint.Format.Manifest;

/// <summary>One JSON object of a manifest, cut into its members. What is not taken out of it is unknown and kept.</summary>
internal sealed class ManifestObject
{
    private readonly List<Member> _members = [];

    private ManifestObject()
    {
    }

    /// <summary>Cuts an object that is known to be well-formed and to name nothing twice.</summary>
    public static ManifestObject Parse(ReadOnlySpan<byte> json, int maxDepth)
    {
        var parsed = new ManifestObject();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var kind = reader.TokenType;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            parsed._members.Add(new Member(name, kind, json[start..(int)reader.BytesConsumed].ToArray()));
        }

        return parsed;
    }

    /// <summary>Takes a member out, or returns <see langword="null"/> when there is none.</summary>
    public Member? Take(string name)
    {
        var index = _members.FindIndex(member => string.Equals(member.Name, name, StringComparison.Ordinal));
        if (index < 0)
        {
            return null;
        }

        var member = _members[index];
        _members.RemoveAt(index);
        return member;
    }

    /// <summary>Returns what has not been taken.</summary>
    public UnknownKeys Rest()
        => _members.Count == 0 ? UnknownKeys.None : new UnknownKeys([.. _members.Select(static member => KeyValuePair.Create(member.Name, member.Json))]);

    /// <summary>One member: its name, the token its value starts with, and the value's bytes.</summary>
    internal sealed record Member(string Name, JsonTokenType Kind, byte[] Json)
    {
        public string Text()
        {
            var reader = new Utf8JsonReader(Json);
            reader.Read();
            return reader.GetString()!;
        }
    }
}
