using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>Writes an answer in JSON, with its length, that no cache keeps.</summary>
internal static class JsonAnswer
{
    private const string Json = "application/json; charset=utf-8";

    public static Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type, string mediaType = Json)
        => WriteAsync(context, status, JsonSerializer.SerializeToUtf8Bytes(value, type), mediaType);

    public static async Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body, string mediaType = Json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }
}
