using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Eden.Checkpoint.AspNetCore.Tests.Architecture;

/// <summary>Which top-level types each top-level type of a compiled assembly names: in its signatures, its bodies and its attributes.</summary>
internal sealed class TypeReferences
{
    private static readonly Dictionary<ushort, OperandType> s_operandTypes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => unchecked((ushort)code.Value), code => code.OperandType);

    private readonly MetadataReader _reader;
    private readonly PEReader _image;
    private readonly Dictionary<string, HashSet<string>> _references = [];

    private TypeReferences(PEReader image)
    {
        _image = image;
        _reader = image.GetMetadataReader();
    }

    /// <summary>Reads an assembly. The result maps the full name of each top-level type to the full names it refers to.</summary>
    internal static IReadOnlyDictionary<string, HashSet<string>> Read(string assemblyPath)
    {
        using var file = File.OpenRead(assemblyPath);
        using var image = new PEReader(file);
        var references = new TypeReferences(image);
        references.ReadTypes();
        return references._references;
    }

    private void ReadTypes()
    {
        foreach (var handle in _reader.TypeDefinitions)
        {
            var name = TopLevelName(handle);
            if (!_references.TryGetValue(name, out var found))
            {
                _references.Add(name, found = []);
            }

            ReadType(_reader.GetTypeDefinition(handle), new NamedTypes(this, found));
        }
    }

    private void ReadType(TypeDefinition type, NamedTypes names)
    {
        names.Add(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            names.Add(_reader.GetInterfaceImplementation(implemented).Interface);
        }

        foreach (var parameter in type.GetGenericParameters())
        {
            names.AddConstraints(parameter);
        }

        names.Add(type.GetCustomAttributes());
        foreach (var handle in type.GetFields())
        {
            var field = _reader.GetFieldDefinition(handle);
            field.DecodeSignature(names, null);
            names.Add(field.GetCustomAttributes());
        }

        foreach (var handle in type.GetMethods())
        {
            var method = _reader.GetMethodDefinition(handle);
            method.DecodeSignature(names, null);
            names.Add(method.GetCustomAttributes());
            foreach (var parameter in method.GetGenericParameters())
            {
                names.AddConstraints(parameter);
            }

            if (method.RelativeVirtualAddress != 0)
            {
                ReadBody(_image.GetMethodBody(method.RelativeVirtualAddress), names);
            }
        }
    }

    private void ReadBody(MethodBodyBlock body, NamedTypes names)
    {
        if (!body.LocalSignature.IsNil)
        {
            _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(names, null);
        }

        foreach (var region in body.ExceptionRegions)
        {
            names.Add(region.CatchType);
        }

        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            ushort value = code.ReadByte();
            if (value == 0xFE)
            {
                value = (ushort)(0xFE00 | code.ReadByte());
            }

            switch (s_operandTypes[value])
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.ReadByte();
                    break;
                case OperandType.InlineVar:
                    code.ReadInt16();
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.ReadInt64();
                    break;
                case OperandType.InlineSwitch:
                    for (var count = code.ReadInt32(); count > 0; count--)
                    {
                        code.ReadInt32();
                    }

                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    names.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                default:
                    code.ReadInt32();
                    break;
            }
        }
    }

    private string TopLevelName(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
        {
            type = _reader.GetTypeDefinition(type.GetDeclaringType());
        }

        return FullName(type.Namespace, type.Name);
    }

    private string TopLevelName(TypeReferenceHandle handle)
    {
        var type = _reader.GetTypeReference(handle);
        while (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            type = _reader.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        }

        return FullName(type.Namespace, type.Name);
    }

    private string FullName(StringHandle space, StringHandle name)
    {
        var text = _reader.GetString(name);
        return space.IsNil ? text : $"{_reader.GetString(space)}.{text}";
    }

    /// <summary>Collects what signatures and tokens name. The type that a signature stands for is of no interest here, only what it is made of.</summary>
    private sealed class NamedTypes(TypeReferences owner, HashSet<string> found) : ISignatureTypeProvider<bool, object?>
    {
        internal void Add(EntityHandle handle)
        {
            if (handle.IsNil)
            {
                return;
            }

            var reader = owner._reader;
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    found.Add(owner.TopLevelName((TypeDefinitionHandle)handle));
                    break;
                case HandleKind.TypeReference:
                    found.Add(owner.TopLevelName((TypeReferenceHandle)handle));
                    break;
                case HandleKind.TypeSpecification:
                    reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
                case HandleKind.FieldDefinition:
                    Add(reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MethodDefinition:
                    Add(reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MemberReference:
                    AddMember(reader.GetMemberReference((MemberReferenceHandle)handle));
                    break;
                case HandleKind.MethodSpecification:
                    var method = reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                    Add(method.Method);
                    method.DecodeSignature(this, null);
                    break;
            }
        }

        internal void Add(CustomAttributeHandleCollection attributes)
        {
            foreach (var handle in attributes)
            {
                Add(owner._reader.GetCustomAttribute(handle).Constructor);
            }
        }

        internal void AddConstraints(GenericParameterHandle parameter)
        {
            foreach (var constraint in owner._reader.GetGenericParameter(parameter).GetConstraints())
            {
                Add(owner._reader.GetGenericParameterConstraint(constraint).Type);
            }
        }

        private void AddMember(MemberReference member)
        {
            Add(member.Parent);
            if (member.GetKind() == MemberReferenceKind.Field)
            {
                member.DecodeFieldSignature(this, null);
            }
            else
            {
                member.DecodeMethodSignature(this, null);
            }
        }

        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
            found.Add(owner.TopLevelName(handle));

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
            found.Add(owner.TopLevelName(handle));

        public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public bool GetArrayType(bool elementType, ArrayShape shape) => true;

        public bool GetByReferenceType(bool elementType) => true;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;

        public bool GetGenericMethodParameter(object? genericContext, int index) => true;

        public bool GetGenericTypeParameter(object? genericContext, int index) => true;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

        public bool GetPinnedType(bool elementType) => true;

        public bool GetPointerType(bool elementType) => true;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

        public bool GetSZArrayType(bool elementType) => true;
    }
}
