using YamlDotNet.RepresentationModel;

namespace Eden.Checkpoint.AspNetCore.Tests.Deploy;

/// <summary>Ways through a YAML document. What is missing is empty, so that an assertion says what it expected.</summary>
internal static class YamlNodes
{
    /// <summary>Reads the documents of a file.</summary>
    public static IReadOnlyList<YamlNode> Load(string path)
    {
        var stream = new YamlStream();
        using var text = File.OpenText(path);
        stream.Load(text);
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    /// <summary>Follows keys from mapping to mapping.</summary>
    public static YamlNode? At(this YamlNode? node, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            node = node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;
        }

        return node;
    }

    public static string Text(this YamlNode? node) => (node as YamlScalarNode)?.Value ?? "";

    public static IEnumerable<YamlNode> Items(this YamlNode? node) => (node as YamlSequenceNode)?.Children ?? [];

    public static IEnumerable<string> Texts(this YamlNode? node) => node.Items().Select(Text);

    public static IEnumerable<(string Key, YamlNode Value)> Entries(this YamlNode? node)
        => (node as YamlMappingNode)?.Children.Select(pair => (pair.Key.Text(), pair.Value)) ?? [];

    /// <summary>Returns every value of a document that is one text.</summary>
    public static IEnumerable<string> AllTexts(this YamlNode node)
        => node.AllNodes.OfType<YamlScalarNode>().Select(scalar => scalar.Value ?? "");
}
