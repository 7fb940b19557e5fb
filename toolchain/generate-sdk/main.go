// Command generate-sdk writes the Python SDK of a package schema, with Pulumi's own code generator
// and without any network. Usage: generate-sdk SCHEMA FOLDER
//
// FOLDER then holds exactly what the generator wrote: whatever was there before is gone, and an
// error on the way leaves it untouched.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: generate-sdk SCHEMA FOLDER"))
	}
	files, err := generate(os.Args[1])
	if err != nil {
		fail(fmt.Errorf("%s: %w", os.Args[1], err))
	}
	if err := replace(os.Args[2], files); err != nil {
		fail(err)
	}
}

// generate returns the SDK's files by their path inside the package folder.
func generate(schemaFile string) (map[string][]byte, error) {
	file, err := os.Open(schemaFile)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var spec schema.PackageSpec
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields() // a misspelled key must not be a silent one
	if err := decoder.Decode(&spec); err != nil {
		return nil, err
	}
	bound, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return python.GeneratePackage("pulumi-language-python", bound, nil, nil)
}

// replace puts the files in place of the folder: written beside it, then renamed.
func replace(folder string, files map[string][]byte) error {
	parent, name := filepath.Split(filepath.Clean(folder))
	draft, err := os.MkdirTemp(parent, "."+name+"-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	for path, content := range files {
		target := filepath.Join(draft, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, content, 0o644); err != nil {
			return err
		}
	}
	if err := os.Chmod(draft, 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	return os.Rename(draft, folder)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "generate-sdk:", err)
	os.Exit(1)
}
