@echo off
rem Only ASCII here: cmd.exe reads this file in the code page of the console.
setlocal
cd /d "%~dp0" 2>nul || pushd "%~dp0"
set "TOWNS=%~1"
if not defined TOWNS set "TOWNS=%CD%\towns"
rem Started from a place that cannot be written to, towns are kept with the user's documents.
copy /y nul "%TOWNS%\.weizhan-try" >nul 2>&1
if exist "%TOWNS%\.weizhan-try" (del /q "%TOWNS%\.weizhan-try") else if "%~1"=="" (set "TOWNS=%USERPROFILE%\Documents\weizhan")
if not exist "%TOWNS%" mkdir "%TOWNS%"
set "PYTHONHOME="
set "PYTHONPATH="
set "PYTHONNOUSERSITE=1"
rem A last backslash, as of D:\, would take the quote behind it.
if "%TOWNS:~-1%"=="\" set "TOWNS=%TOWNS%."
rem The embeddable Python takes no PYTHONUTF8, hence -X.
python\python.exe -s -X utf8 -m weizhan.cli open "%TOWNS%"
if errorlevel 1 pause
