using System.Text.Json;

namespace Eden.Checkpoint.AspNetCore.Tests.Kit;

internal static class Json
{
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {body}");
        Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/json; charset=utf-8"));
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }
}
